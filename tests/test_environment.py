"""environment.yml, for conda and Binder, brings what pyproject.toml asks for: no CUDA, the package of this tree."""

import re
import tomllib
from pathlib import Path

import pytest
import yaml  # comes with JupyterLab

ROOT = Path(__file__).resolve().parent.parent
TEXT = (ROOT / "environment.yml").read_text(encoding="utf-8")
# conda calls these otherwise than pip does; all others alike.
PIP_NAMES = {"pytorch-cpu": "torch", "matplotlib-base": "matplotlib"}


def complaints(text):
    """What is wrong with such a text, in words."""
    environment, project = yaml.safe_load(text), tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    *lines, pip = environment["dependencies"]
    parts = dict(re.fullmatch(r"([\w-]+)(.*)", line).groups() for line in lines)
    python, _ = parts.pop("python", ""), parts.pop("pip", "")
    bounds = {PIP_NAMES.get(name, name): bound for name, bound in parts.items()}
    asked = [*project["dependencies"], *project["optional-dependencies"]["lessons"]]
    if environment["channels"] != ["conda-forge", "nodefaults"]:
        yield "channels"
    if pip != {"pip": ["-e ."]}:
        yield "the package is not that of this tree"
    if not re.fullmatch(r"=3\.\d+", python) or int(python[3:]) < int(project["requires-python"].removeprefix(">=3.")):
        yield "Python is not pinned to one that is admitted"
    if bounds != dict(re.fullmatch(r"([\w-]+)(.*)", line).groups() for line in asked):
        yield "packages or bounds are others than those of pyproject.toml"


def test_environment_yml_brings_what_the_lessons_ask_for_and_the_package_of_this_tree():
    assert list(complaints(TEXT)) == []


@pytest.mark.parametrize(
    ("here", "fault", "complaint"),
    [
        ("pytorch-cpu", "pytorch", "packages"),
        ("pytorch-cpu", "pytorch-gpu", "packages"),
        ("numpy>=1.26", "numpy>=1.20", "packages"),
        ("  - pip #", "  - scipy>=1\n  - pip #", "packages"),
        ("python=3.12", "python=3.9", "Python"),
        ("python=3.12", "python", "Python"),
        ("- -e .", "- lstm_demo", "the package"),
        ("- nodefaults", "- defaults", "channels"),
    ],
)
def test_a_planted_fault_is_named(here, fault, complaint):
    assert TEXT.count(here) == 1
    assert any(said.startswith(complaint) for said in complaints(TEXT.replace(here, fault)))
