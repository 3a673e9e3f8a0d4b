"""How the environment is made. Nothing is installed or fetched: `Machine` plays venv, pip and uv."""

import json
import shutil
import subprocess
import sys
import tomllib
from runpy import run_path

import make_env
import pytest
import yaml  # comes with JupyterLab

ROOT, PINNED, TORCH = make_env.ROOT, make_env.PINNED, make_env.TORCH
VENV, UV, PIP = "venv --clear --without-pip", "uv pip install", "pip install"
FITS = f"{PIP} --isolated --no-index --dry-run {TORCH}"
LOOK = f"{PIP} --dry-run --quiet --use-feature=fast-deps --report - {PINNED}"


class Machine:
    """Notes what is typed; what begins with a word of `fails` fails."""

    def __init__(self, venv):
        self.venv, self.typed, self.fails, self.brings = venv, [], (FITS,), ["torch"]

    def run(self, command, **_):
        python = make_env.python_of(self.venv)
        said = " ".join(str(word) for word in command[2:] if word not in ("--python", python, self.venv))
        self.typed.append(said)
        if said == VENV:  # whenever it is interrupted, no half of an environment is believed
            assert not python.exists()
            shutil.rmtree(self.venv)
            python.parent.mkdir(parents=True)
            python.touch()
        else:
            assert make_env.record_of(self.venv)["under_way"]
        report = json.dumps({"install": [{"metadata": {"name": name}} for name in self.brings]})
        return subprocess.CompletedProcess(command, said.startswith(self.fails), report, "")

    def make(self, *extras):
        """What one call types."""
        self.typed.clear()
        make_env.main(extras)
        return list(self.typed)

    def ends(self, *extras, said):
        """The call types some commands and ends with these words."""
        with pytest.raises(SystemExit, match=said):
            self.make(*extras)


@pytest.fixture
def machine(tmp_path, monkeypatch):
    machine = Machine(tmp_path / ".venv")
    monkeypatch.setattr(make_env, "ROOT", tmp_path)
    monkeypatch.setattr(make_env.subprocess, "run", machine.run)
    monkeypatch.delenv("TORCH", raising=False)
    return machine


@pytest.fixture
def made(machine):
    """The same with an environment for `lessons`, whose torch will do."""
    machine.make("lessons")
    machine.fails = ()
    return machine


def test_uv_brings_the_cpu_build_before_the_package_and_where_all_is_made_nothing_is_typed(machine):
    cpu, package = f"--torch-backend cpu {TORCH}", f"{UV} --compile-bytecode -e .[lessons,test]"
    typed = [VENV, "ensurepip", f"{PIP} --quiet uv", FITS, f"{UV} --dry-run {cpu}", f"{UV} {cpu}", package]
    assert machine.make("lessons", "test") == typed
    assert machine.make("lessons", "test") == machine.make("test") == []


def test_where_uv_fails_pip_fetches_torch_once_it_has_said_that_it_brings_no_cuda(machine):
    cuda = ["nvidia-nccl-cu13", "cuda-bindings", "Triton", "nvidia_cublas_cu12"]
    machine.fails, machine.brings = (FITS, "uv"), ["torch", "cudalike", *cuda, "tritonclient"]
    machine.ends("lessons", said=rf"4 CUDA packages, about 3 GB:\n  {', '.join(cuda)}\n(.*\n)+  TORCH=\"")
    assert machine.typed[-1] == LOOK
    machine.brings = ["torch", "cudalike", "tritonclient"]
    *_, upgrade, look, fetch, _, package = machine.make("lessons")
    assert (upgrade, look, fetch) == (f"{PIP} --quiet --upgrade pip", LOOK, f"{PIP} {PINNED}")
    assert package == f"{PIP} -e .[lessons]"


def test_a_torch_that_is_asked_for_is_brought_by_pip_and_refused_if_it_is_too_old(made, monkeypatch):
    monkeypatch.setenv("TORCH", "torch==2.9.1 --find-links 'my wheels'")
    assert made.make("lessons")[-3:-1] == [f"{PIP} torch==2.9.1 --find-links my wheels", FITS]
    made.fails = (FITS,)
    made.ends("lessons", said=r"expected torch>=[\d.]+, got an older one")


def test_what_changed_is_installed_into_what_is_there(made, monkeypatch):
    assert made.make("test")[-1].endswith("-e .[lessons,test]")
    monkeypatch.setattr(make_env, "CHECKSUM", "of another pyproject.toml")
    assert made.make("test")[-1].endswith("-e .[lessons,test]")
    for record in ('{"extras": ["lessons", "t', "{}"):  # torn; of an environment that somebody else made
        (made.venv / make_env.RECORD).write_text(record)
        assert made.make("test")[-1].endswith("-e .[test]")
        assert VENV not in made.typed


@pytest.mark.parametrize("fact", [{"python": "3.1"}, {"path": "/old/place"}, {"under_way": True}, {}])
def test_what_another_python_made_or_was_moved_interrupted_or_lost_its_python_is_made_anew(made, fact):
    make_env.note(made.venv, **make_env.record_of(made.venv) | fact)
    if not fact:
        make_env.python_of(made.venv).unlink()
    assert made.make("lessons")[0] == VENV


@pytest.mark.parametrize("fails", [("ensurepip",), ("uv", LOOK), ("uv", f"{PIP} torch"), ("uv", f"{PIP} -e")])
def test_where_a_step_fails_what_was_there_is_as_good_as_before_and_the_next_call_goes_on(made, fails):
    made.fails = (FITS, *fails)
    made.ends("test", said=r"failed|could not|finds no|Neither uv nor pip")
    assert made.typed[-1].startswith(fails[-1])
    assert made.make("lessons") == []
    made.fails = ()
    assert made.make("test")[-1].endswith("-e .[lessons,test]")


def test_a_python_too_old_is_told_so_before_anything_else(monkeypatch):
    monkeypatch.setattr(sys, "version_info", (3, 10, 13))
    with pytest.raises(SystemExit, match=r"expected 3\.11 or newer"):
        run_path(make_env.__file__)


def test_a_clone_that_cannot_be_written_to_is_to_be_copied(machine):
    machine.venv.touch()  # no folder can be made in its place
    machine.ends("lessons", said="copy the clone into a folder of your own")
    makefile = (ROOT / "Makefile").read_text()
    assert "copy the clone into a folder of your own" in makefile
    assert makefile.count("\n\t@$(WRITABLE)\n") == 2


def test_conda_brings_what_the_lessons_ask_for_without_cuda_and_the_package_of_this_tree():
    environment = yaml.safe_load((ROOT / "environment.yml").read_text(encoding="utf-8"))
    _, *packages, pip, package = environment["dependencies"]
    asked = [*tomllib.loads(make_env.PYPROJECT)["project"]["dependencies"], *make_env.EXTRAS["lessons"]]
    of_conda = {"torch": "pytorch-cpu", "matplotlib": "matplotlib-base"}  # all others are called alike
    parts = [one.partition(">=") for one in asked]
    assert {of_conda.get(name, name) + bound + number for name, bound, number in parts} == {*packages}
    assert (environment["channels"], pip, package) == (["conda-forge", "nodefaults"], "pip", {"pip": ["-e ."]})
