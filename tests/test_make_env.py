"""Laws of scripts/make_env.py. Nothing is installed or asked of the network: `Machine` plays venv, pip and uv."""

import json
import shlex
import shutil
import subprocess
import sys
from runpy import run_path

import make_env
import pytest

ROOT = make_env.ROOT
CUDA = ["nvidia-nccl-cu13", "cuda-bindings", "Triton", "nvidia_cublas_cu12"]
OTHERS = ["torch", "sympy", "cudalike", "tritonclient"]
UV, PIP = "uv pip install", "pip install"
QUESTION, CPU = (f"{UV} {dry}--torch-backend cpu '{make_env.TORCH}'" for dry in ("--dry-run ", ""))
LOOK = f"{PIP} --dry-run --quiet --use-feature=fast-deps --report - {make_env.PINNED}"
FITS = shlex.quote(make_env.FITS)


class Machine:
    """Notes what is typed. What begins with a word of `fails` fails; at command number `stopped` Ctrl+C is pressed."""

    def __init__(self, venv):
        self.venv, self.typed = venv, []
        self.fails, self.brings, self.stopped = (FITS,), OTHERS, None

    def run(self, command, **_):
        python = make_env.python_of(self.venv)
        said = shlex.join(str(word) for word in command[2:] if word not in ("--python", python))
        self.typed.append(said)
        if said.startswith("venv"):
            assert not python.exists()  # if clearing is interrupted, no half of an environment is believed
            shutil.rmtree(self.venv)
            python.parent.mkdir(parents=True, exist_ok=True)
            python.touch()
        if len(self.typed) == self.stopped:
            raise KeyboardInterrupt
        report = {"install": [{"metadata": {"name": name}} for name in self.brings]}
        return subprocess.CompletedProcess(command, said.startswith(self.fails), json.dumps(report), "No torch here")

    def make(self, *extras):
        """What one call types."""
        self.typed.clear()
        make_env.main(extras)
        return list(self.typed)

    def was_emptied(self):
        """Whether what lay in the environment has gone since this was asked last."""
        gone = not (self.venv / "lib/package").exists()
        (self.venv / "lib/package").mkdir(parents=True, exist_ok=True)
        return gone


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
    machine.was_emptied()
    return machine


# --- which torch, and nothing twice -------------------------------------------------------------------------------


def test_uv_brings_the_cpu_build_before_the_package_and_what_is_made_costs_no_command(machine):
    typed = machine.make("lessons", "test")
    assert typed[-4:] == [FITS, QUESTION, CPU, f"{UV} --compile-bytecode -e '.[lessons,test]'"]
    assert machine.make("lessons", "test") == machine.make("test") == []
    assert make_env.TORCH in make_env.EXTRAS["bench"]


def test_where_uv_fails_pip_is_brought_up_to_date_and_asked_before_it_may_fetch_torch(machine):
    machine.fails = (FITS, "uv")
    typed = machine.make("lessons")
    assert typed[-6:-2] == [QUESTION, f"{PIP} --quiet --upgrade pip", LOOK, f"{PIP} {make_env.PINNED}"]
    assert typed[-1] == f"{PIP} -e '.[lessons]'"


def test_where_pip_would_bring_cuda_it_fetches_nothing_and_the_choices_are_said(machine):
    machine.fails, machine.brings = (FITS, "uv"), OTHERS + CUDA
    with pytest.raises(SystemExit) as stop:
        machine.make("lessons")
    assert machine.typed[-1] == LOOK
    said = ["expected the CPU build", f"4 CUDA packages, about 3 GB:\n  {', '.join(CUDA)}\n", 'TORCH="', "PYTHON="]
    assert [part for part in said if part not in str(stop.value)] == []


def test_a_torch_that_was_asked_for_is_brought_by_pip_and_refused_if_it_is_too_old(made, monkeypatch):
    monkeypatch.setenv("TORCH", "torch==2.9.1 --find-links 'my wheels'")
    assert made.make("lessons")[-3:-1] == [f"{PIP} torch==2.9.1 --find-links 'my wheels'", FITS]
    made.fails = (FITS,)
    with pytest.raises(SystemExit, match=r"expected torch>=[\d.]+, got an older one"):
        made.make("lessons")


@pytest.mark.parametrize(("lowest", "rc"), [("2.4", 0), ("99", 1)])
def test_a_torch_is_compared_by_number(lowest, rc):
    fits = make_env.FITS.replace(make_env.TORCH, f"torch>={lowest}")
    assert subprocess.run([sys.executable, "-c", fits], capture_output=True).returncode == rc


# --- what is not right any more -----------------------------------------------------------------------------------


def test_a_change_is_installed_into_what_is_there(made, monkeypatch):
    assert made.make("test")[-1].endswith("-e '.[lessons,test]'")
    monkeypatch.setattr(make_env, "CHECKSUM", "of tomorrow")
    assert made.make("test")[-1].endswith("-e '.[lessons,test]'")
    (made.venv / make_env.RECORD).write_text('{"extras": ["lessons", "t')  # torn
    assert made.make("test")[-1].endswith("-e '.[test]'")
    assert not made.was_emptied()
    assert made.make("test") == []


@pytest.mark.parametrize("number", range(2, 8))
def test_interrupted_in_the_midst_of_installing_it_is_made_anew(machine, number):
    machine.stopped = number
    with pytest.raises(KeyboardInterrupt):
        machine.make("lessons")
    machine.stopped = None
    machine.was_emptied()
    assert machine.make("lessons")[0].startswith("venv")
    assert machine.was_emptied()
    assert machine.make("lessons") == []


STEPS = [("venv",), ("ensurepip",), (f"{PIP} torch==2.9",)]
STEPS += [("uv", f"{PIP} --dry"), ("uv", f"{PIP} torch==2.13"), ("uv", f"{PIP} -e")]


@pytest.mark.parametrize("fails", STEPS, ids=" ".join)
def test_where_a_step_fails_it_is_said_and_the_next_call_goes_on_from_there(machine, monkeypatch, fails):
    monkeypatch.setenv("TORCH", "torch==2.9.1" if "9" in fails[0] else "")
    machine.fails = (FITS, *fails)
    with pytest.raises(SystemExit, match=r"failed|could not|No torch here|Neither uv nor pip"):
        machine.make("lessons")
    assert machine.typed[-1].startswith(fails[-1])
    machine.fails = ()
    machine.was_emptied()
    assert machine.make("lessons")[-1].endswith("-e '.[lessons]'")
    assert not machine.was_emptied()


@pytest.mark.parametrize("fact", [{"python": "3.1"}, {"path": "/old/place"}, {}], ids=["other", "moved", "lost"])
def test_what_was_made_by_another_python_or_was_moved_or_lost_its_python_is_made_anew(made, fact):
    if fact:
        make_env.note(made.venv, **make_env.record_of(made.venv) | fact)
    else:
        make_env.python_of(made.venv).unlink()
    assert made.make("lessons")[0].startswith("venv")
    assert made.was_emptied()


def test_an_environment_that_somebody_else_made_is_used_and_not_emptied(made):
    (made.venv / make_env.RECORD).unlink()
    assert made.make("lessons")[-1].endswith("-e '.[lessons]'")
    assert not made.was_emptied()
    assert made.make("lessons") == []


# --- words --------------------------------------------------------------------------------------------------------


def test_a_python_too_old_is_told_so_before_anything_else(monkeypatch):
    monkeypatch.setattr(sys, "version_info", (3, 10, 13))
    with pytest.raises(SystemExit, match=r"expected 3\.11 or newer"):
        run_path(make_env.__file__)


def test_a_clone_that_cannot_be_written_to_is_to_be_copied(monkeypatch, tmp_path):
    (tmp_path / "scripts").mkdir()
    script = shutil.copy(make_env.__file__, tmp_path / "scripts")
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    (tmp_path / ".venv").touch()  # no folder can be made in its place
    monkeypatch.setattr(sys, "argv", [script, "lessons"])
    with pytest.raises(SystemExit, match="copy the clone into a folder of your own"):
        run_path(script, run_name="__main__")


def test_an_unknown_extra_is_refused_with_the_known_ones(machine, capsys):
    with pytest.raises(SystemExit):
        machine.make("lesson")
    assert "lessons" in capsys.readouterr().err
