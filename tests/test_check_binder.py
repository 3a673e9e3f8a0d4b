"""Laws of scripts/check_binder.py and scripts/weigh.py, each seen to catch a planted fault; conda's own grammar, which
`make binder` uses, is replaced here by one that knows as much as environment.yml needs."""

import re
from pathlib import Path

import check_binder
import pytest
import weigh

ROOT = Path(__file__).resolve().parent.parent
TEXT = (ROOT / "environment.yml").read_text(encoding="utf-8")
SPEC = re.compile(r"([a-z0-9_-]+)((?:>=|=|<)?[\d.*]*)")


@pytest.fixture(autouse=True)
def grammar(monkeypatch):
    def asked_for(environment):
        found = (SPEC.match(line) for line in check_binder.conda_lines(environment))
        return {one[1]: one[2] for one in found}

    def fault_of_spec(line):
        return [] if SPEC.fullmatch(line) else [f"{line!r}: no spec"]

    monkeypatch.setattr(check_binder, "asked_for", asked_for)
    monkeypatch.setattr(check_binder, "fault_of_spec", fault_of_spec)


def told(text):
    environment = check_binder.read_environment(text)
    return [*check_binder.law_of_lines(environment), *check_binder.law_of_bounds(environment)]


def test_environment_yml_keeps_the_laws():
    assert told(TEXT) == []


@pytest.mark.parametrize(
    ("here", "fault", "words"),
    [
        ("- nodefaults", "- defaults", "channels"),
        ("- conda-forge", "- conda-forge\n  - pytorch", "channels"),
        ("numpy>=1.26", "numpy>=1.27", "numpy: pyproject.toml has >=1.26"),
        ("numpy>=1.26", "numpy", "numpy"),
        ("numpy>=1.26", "numpy=>1.26", "no spec"),
        ("pytorch-cpu>=2.4", "pytorch-cpu>=2.5", "torch"),
        ("pytorch-cpu>=2.4", "pytorch-gpu>=2.4", "CUDA"),
        ("- pip #", "- cudatoolkit\n  - pip #", "CUDA"),
        ("- pip #", "- scipy>=1\n  - pip #", "scipy: pyproject.toml has None"),
        ("- ipywidgets>=8.1", "- pip", "ipywidgets"),
        ("python=3.12", "python=3.10", "3.11 or newer"),
        ("- -e .", "- lstm_demo", "pip: expected"),
        ("- -e .", "- -e .\n      - wget", "pip: expected"),
    ],
)
def test_a_planted_fault_in_environment_yml_is_named(here, fault, words):
    assert TEXT.count(here) == 1
    assert any(words in complaint for complaint in told(TEXT.replace(here, fault)))


DOCKERFILE = """\
FROM somewhere
COPY -2d3-2e12 environment.lock
COPY --chown=0:0 src/ ${REPO_DIR}/
RUN env update --file "environment.yml"
"""


@pytest.mark.parametrize(
    ("here", "fault", "words"),
    [
        ("FROM", "RUN ./postBuild\nFROM", "expected no such line"),
        ("FROM somewhere\n", "", "ours has not"),
        ("FROM somewhere", "FROM nvidia/cuda", "expected no such line"),
    ],
)
def test_a_line_more_or_less_than_the_bare_image_is_named(here, fault, words):
    assert check_binder.differences(DOCKERFILE, DOCKERFILE) == []
    assert words in check_binder.differences(DOCKERFILE.replace(here, fault), DOCKERFILE)[0]


def test_the_tree_has_to_be_there_before_it_is_installed():
    first, second = DOCKERFILE.splitlines(keepends=True)[2:]
    assert check_binder.law_of_tree(DOCKERFILE) == []
    faulty = [DOCKERFILE.replace(first, ""), DOCKERFILE.replace(first, "") + first, DOCKERFILE.replace(second, "")]
    for one in faulty:
        assert len(check_binder.law_of_tree(one)) == 1


def test_points_are_put_back_into_the_names_of_copied_files():
    assert check_binder.plain("environment-2epy-2d3-2e12-2dlinux") == "environment.py-3.12-linux"


LOCK = """\
@EXPLICIT
https://host/conda-forge/noarch/ipywidgets-8.1.7-pyhd8ed1ab_0.conda#7c94
https://host/conda-forge/linux-64/pyzmq-27.1.0-py312hfb55c3c_0.conda#3399
https://host/conda-forge/noarch/nbconvert-core-7.16.6-pyh29332c3_0.conda#d24b
https://host/conda-forge/noarch/tzdata-2025b-h78e105d_0.conda#4222
https://host/conda-forge/linux-64/_libgcc_mutex-0.1-conda_forge.tar.bz2#d7c8
"""


def test_of_a_lock_file_the_python_packages_are_read_under_their_names_in_pip():
    assert check_binder.locked(LOCK) == {"ipywidgets": "8.1.7", "pyzmq": "27.1.0", "nbconvert": "7.16.6"}


def test_the_names_of_conda_become_those_of_pip():
    lines = check_binder.pip_lines(check_binder.read_environment(TEXT))
    assert {"torch>=2.4", "matplotlib>=3.11", "numpy>=1.26"} <= set(lines)
    assert not any(re.match(r"pip|python|pytorch|nodejs", line) for line in lines)


# --- what is in an environment, and why -------------------------------------------------------------------------------


def fake_package(venv, name, size, *requires):
    folder = venv / "lib" / "python3.11" / "site-packages"
    info = folder / f"{name}-1.dist-info"
    info.mkdir(parents=True)
    needs = "".join(f"Requires-Dist: {one}\n" for one in requires)
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 1\n{needs}")
    for file, bytes_in_it in ((f"{name}.py", size), (f"{name}.cpython-311.pyc", 77)):
        (folder / file).write_bytes(bytes(bytes_in_it))  # Python 3.12 and newer list no file that is not there
    (info / "RECORD").write_text(f"{name}.py,,{size}\n{name}.cpython-311.pyc,,77\n")


def test_each_package_has_its_size_and_the_shortest_chain_by_which_it_was_asked_for(tmp_path):
    fake_package(tmp_path, "Top", 10, "mid", "low; extra == 'more'")
    fake_package(tmp_path, "mid", 20, "low", "absent", "other; python_version < '3'")
    fake_package(tmp_path, "low", 30, "top")
    fake_package(tmp_path, "other", 40)
    assert weigh.package_sizes(tmp_path) == {"top": 10, "mid": 20, "low": 30, "other": 40}
    assert weigh.reasons(tmp_path, ["top"]) == {"top": "top", "mid": "top → mid", "low": "top → mid → low"}
