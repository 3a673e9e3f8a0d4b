"""environment.yml, for conda and Binder, brings what pyproject.toml asks for: no CUDA, the package of this tree."""

import re
import tomllib
from pathlib import Path

import yaml  # comes with JupyterLab

ROOT = Path(__file__).resolve().parent.parent
# conda calls these otherwise than pip does; all others alike.
PIP_NAMES = {"pytorch-cpu": "torch", "matplotlib-base": "matplotlib"}


def bounds(lines):
    """{package: bound}, by the names that pip uses."""
    parts = [re.fullmatch(r"([\w-]+)(.*)", line).groups() for line in lines]
    return {PIP_NAMES.get(name, name): bound for name, bound in parts}


def test_environment_yml_brings_what_the_lessons_ask_for_and_the_package_of_this_tree():
    environment = yaml.safe_load((ROOT / "environment.yml").read_text(encoding="utf-8"))
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert environment["channels"] == ["conda-forge", "nodefaults"]
    python, *packages, pip, package = environment["dependencies"]
    assert re.fullmatch(r"python=3\.\d+", python)
    assert int(python[9:]) >= int(project["requires-python"].removeprefix(">=3."))
    assert bounds(packages) == bounds([*project["dependencies"], *project["optional-dependencies"]["lessons"]])
    assert (pip, package) == ("pip", {"pip": ["-e ."]})
