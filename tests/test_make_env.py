"""Laws of scripts/make_env.py, on made-up environments: nothing is installed and nothing is asked of the network."""

import json
import re
import subprocess
import sys
from pathlib import Path
from runpy import run_path

import make_env
import pytest

CUDA = [("torch", "2.13.0"), ("nvidia-nccl-cu13", "2.29.7"), ("cuda-bindings", "13.5.0"), ("triton", "3.7.1")]
CPU = [("torch", "2.13.0+cpu"), ("sympy", "1.14.0"), ("networkx", "3.6.1")]


def report(packages):
    return {"install": [{"metadata": {"name": name, "version": version}} for name, version in packages]}


def fake_venv(folder, python=make_env.PYTHON, **record):
    """What make_env can see of an environment: pyvenv.cfg, a Python, and the record where one is given."""
    make_env.python_of(folder).parent.mkdir(parents=True)
    make_env.python_of(folder).touch()
    (folder / "pyvenv.cfg").write_text(f"home = /somewhere\nversion = {python}.7\n")
    if record:
        make_env.write_record(folder, **{"ours": True, "pyproject": make_env.pyproject_sum(), **record})
    return folder


def put(venv, name, version):
    """A package as far as importlib.metadata can tell."""
    site_packages = make_env.sysconfig.get_path("purelib", "venv", {"base": str(venv)})
    folder = Path(site_packages) / f"{name}-{version}.dist-info"
    folder.mkdir(parents=True)
    (folder / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n")


@pytest.fixture
def steps(monkeypatch):
    """The steps of build, each only noting that it was called."""
    called = []
    for step in ("make_venv", "install_torch", "install_package"):
        monkeypatch.setattr(make_env, step, lambda *given, step=step: called.append((step, *given[1:])))
    return called


# --- what pip would bring -----------------------------------------------------------------------------------------


def test_cuda_packages_are_found_in_a_report():
    assert make_env.cuda_in(report(CUDA)) == ["nvidia-nccl-cu13 2.29.7", "cuda-bindings 13.5.0", "triton 3.7.1"]


@pytest.mark.parametrize("name", ["nvidia_cublas_cu12", "NVIDIA-cudnn-cu13", "cuda-toolkit", "Triton"])
def test_cuda_packages_are_found_however_their_names_are_spelt(name):
    assert make_env.cuda_in(report([(name, "1")])) == [f"{name} 1"]


@pytest.mark.parametrize("packages", [[], CPU, [("cudalike", "1"), ("tritonclient", "2")]])
def test_a_report_without_cuda_names_none(packages):
    assert make_env.cuda_in(report(packages)) == []


def test_the_refusal_says_what_would_come_and_how_to_choose():
    told = make_env.refusal("torch==2.13.0", make_env.cuda_in(report(CUDA)))
    for part in ("expected the CPU build", "3 CUDA packages", "nvidia-nccl-cu13 2.29.7", 'TORCH="', "PYTHON="):
        assert part in told


def looked(monkeypatch, tmp_path, returncode=0, packages=(), stderr="", pip="99.0"):
    """Run look_before against a pip that answers as told; return the commands that were given."""
    commands = []

    def answer(command, **_):
        commands.append([str(word) for word in command])
        return subprocess.CompletedProcess(command, returncode, json.dumps(report(packages)), stderr)

    put(tmp_path, "pip", pip)
    monkeypatch.setattr(make_env.subprocess, "run", answer)
    make_env.look_before(tmp_path, "torch==2.13.0")
    return commands


def test_looking_asks_pip_for_a_report_and_installs_nothing(monkeypatch, tmp_path):
    (command,) = looked(monkeypatch, tmp_path, packages=CPU)
    assert {"--dry-run", "--report"} <= set(command)


def test_looking_stops_before_cuda(monkeypatch, tmp_path):
    with pytest.raises(SystemExit, match="nvidia-nccl-cu13"):
        looked(monkeypatch, tmp_path, packages=CUDA)


def test_looking_stops_where_pip_finds_no_torch_and_repeats_what_pip_said(monkeypatch, tmp_path):
    with pytest.raises(SystemExit, match="No matching distribution"):
        looked(monkeypatch, tmp_path, returncode=1, stderr="ERROR: No matching distribution")


@pytest.mark.parametrize(("pip", "calls"), [("23.2.1", 2), ("25.1", 2), ("25.3", 1), ("26.0.1", 1)])
def test_a_pip_that_would_download_in_order_to_look_is_upgraded_first(monkeypatch, tmp_path, pip, calls):
    commands = looked(monkeypatch, tmp_path, packages=CPU, pip=pip)
    assert len(commands) == calls
    assert ("--upgrade" in commands[0]) == (calls == 2)


# --- which torch --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("version", "fitting"),
    [("2.4.0", True), ("2.13.0+cpu", True), ("2.4", True), ("3.0", True), ("2.3.1", False), ("1.13.1+cpu", False)],
)
def test_versions_are_compared_as_numbers(version, fitting):
    assert make_env.fits(version, "torch>=2.4") is fitting


def test_a_torch_that_is_not_there_does_not_fit():
    assert make_env.fits(None, "torch>=2.4") is False


def test_every_mention_of_torch_in_pyproject_has_one_form_and_admits_the_pinned_release():
    extras = make_env.extras_offered()
    lines = {line for extra in extras.values() for line in extra if line.startswith("torch")}
    assert len(lines) == 1
    assert re.fullmatch(r"torch>=[\d.]+", *lines)
    assert make_env.fits(make_env.PINNED_TORCH.partition("==")[2], *lines)


def test_torch_is_wanted_only_by_extras_that_name_it():
    assert make_env.torch_wanted(["test", "lessons"]).startswith("torch>=")
    assert make_env.torch_wanted(["test"]) == ""


class Installers:
    """uv and pip that note what they were told and do as they are bid: `uv` and `pip` say whether they succeed."""

    def __init__(self, monkeypatch, venv, uv=False, pip=True, pip_brings=None):
        self.calls = []
        self.answers = {"uv": uv, "pip": pip}
        self.venv, self.pip_brings = venv, pip_brings
        monkeypatch.setattr(make_env, "uv", lambda venv, *words, **_: self.note("uv", *words))
        monkeypatch.setattr(make_env, "pip", lambda venv, *words: self.note("pip", *words))
        monkeypatch.setattr(make_env, "look_before", lambda venv, requirement: self.note("look", requirement))

    def note(self, who, *words):
        self.calls.append((who, *words))
        if who == "pip" and self.pip_brings:
            put(self.venv, "torch", self.pip_brings)
        return self.answers.get(who, True)


def test_a_fitting_torch_is_left_alone(monkeypatch, tmp_path):
    put(tmp_path, "torch", "2.5.1+cu124")
    installers = Installers(monkeypatch, tmp_path)
    make_env.install_torch(tmp_path, "torch>=2.4", asked="")
    assert installers.calls == []


def test_uv_is_asked_for_the_cpu_build_and_then_pip_is_not(monkeypatch, tmp_path):
    installers = Installers(monkeypatch, tmp_path, uv=True)
    make_env.install_torch(tmp_path, "torch>=2.4", asked="")
    assert installers.calls == [
        ("uv", "--dry-run", "--torch-backend", "cpu", "torch>=2.4"),
        ("uv", "--torch-backend", "cpu", "torch>=2.4"),
    ]


def test_pip_is_looked_at_before_it_installs_the_pinned_torch(monkeypatch, tmp_path):
    installers = Installers(monkeypatch, tmp_path, uv=False)
    make_env.install_torch(tmp_path, "torch>=2.4", asked="")
    assert [call[0] for call in installers.calls] == ["uv", "look", "pip"]
    assert installers.calls[-1] == ("pip", "install", make_env.PINNED_TORCH)


def test_a_torch_asked_for_is_installed_by_pip_without_a_look(monkeypatch, tmp_path):
    installers = Installers(monkeypatch, tmp_path, pip_brings="2.9.1")
    make_env.install_torch(tmp_path, "torch>=2.4", asked="torch==2.9.1 --find-links 'my wheels'")
    assert installers.calls == [("pip", "install", "torch==2.9.1", "--find-links", "my wheels")]


def test_a_torch_asked_for_that_is_too_old_is_refused(monkeypatch, tmp_path):
    Installers(monkeypatch, tmp_path, pip_brings="2.0.1")
    with pytest.raises(SystemExit, match=r"expected torch>=2\.4, got torch 2\.0\.1"):
        make_env.install_torch(tmp_path, "torch>=2.4", asked="torch==2.0.1")


@pytest.mark.parametrize("asked", ["", "torch==2.9.1"])
def test_a_failing_pip_stops_the_work(monkeypatch, tmp_path, asked):
    Installers(monkeypatch, tmp_path, pip=False)
    with pytest.raises(SystemExit, match="could not install"):
        make_env.install_torch(tmp_path, "torch>=2.4", asked=asked)


def test_the_package_comes_by_uv_and_by_pip_only_where_uv_fails(monkeypatch, tmp_path):
    package = ("-e", ".[lessons,test]")
    by_uv, by_pip = ("uv", "--compile-bytecode", *package), ("pip", "install", *package)
    for uv, calls in ((True, [by_uv]), (False, [by_uv, by_pip])):
        installers = Installers(monkeypatch, tmp_path, uv=uv)
        make_env.install_package(tmp_path, ["lessons", "test"])
        assert installers.calls == calls


# --- is it there already? -----------------------------------------------------------------------------------------


def test_an_environment_on_record_is_ready_for_its_extras_and_fewer(tmp_path):
    venv = fake_venv(tmp_path / "venv", extras=["lessons", "test"])
    record = make_env.record_of(venv)
    assert make_env.is_ready(record, ["lessons", "test"], venv)
    assert make_env.is_ready(record, ["lessons"], venv)
    assert not make_env.is_ready(record, ["lessons", "browser"], venv)


def test_a_changed_pyproject_makes_it_unready(tmp_path):
    venv = fake_venv(tmp_path / "venv", extras=["lessons"], pyproject="of yesterday")
    assert not make_env.is_ready(make_env.record_of(venv), ["lessons"], venv)


@pytest.mark.parametrize("text", ["", "{", '{"extras": ["lessons"]'])
def test_a_torn_record_counts_as_none(tmp_path, text):
    venv = fake_venv(tmp_path / "venv")
    (venv / make_env.RECORD).write_text(text)
    assert make_env.record_of(venv) == {}
    assert not make_env.is_ready({}, ["lessons"], venv)


def test_a_ready_environment_costs_no_step(monkeypatch, tmp_path, steps):
    fake_venv(tmp_path / "venv", extras=["lessons"])
    make_env.main(["lessons", "--venv", str(tmp_path / "venv"), "--torch", ""])
    assert steps == []


def test_asking_for_a_torch_goes_through_the_steps_again(tmp_path, steps):
    fake_venv(tmp_path / "venv", extras=["lessons"])
    make_env.main(["lessons", "--venv", str(tmp_path / "venv"), "--torch", "torch==2.9.1"])
    assert ("install_torch", "torch>=2.4", "torch==2.9.1") in steps


def test_extras_add_up_from_call_to_call(tmp_path, steps):
    venv = tmp_path / "venv"
    for extras in (["lessons"], ["test"]):
        make_env.build(venv, extras, "")
        fake_pyvenv(venv)
    assert make_env.record_of(venv)["extras"] == ["lessons", "test"]
    assert steps[-1] == ("install_package", ["lessons", "test"])
    assert make_env.is_ready(make_env.record_of(venv), ["lessons", "test"], venv)


def fake_pyvenv(venv):
    """What the step make_venv would have left."""
    make_env.python_of(venv).parent.mkdir(parents=True, exist_ok=True)
    make_env.python_of(venv).touch()
    (venv / "pyvenv.cfg").write_text(f"version = {make_env.PYTHON}.0\n")


def test_an_unknown_extra_is_refused_with_the_known_ones(capsys):
    with pytest.raises(SystemExit):
        make_env.arguments(["lesson"])
    assert "lessons" in capsys.readouterr().err


# --- environments that cannot be used -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("spoil", "fault"),
    [
        (lambda venv: None, None),
        (lambda venv: (venv / make_env.UNDER_WAY).touch(), "was left half made"),
        (lambda venv: (venv / "pyvenv.cfg").write_text("version = 3.1.4\n"), "made by Python 3.1, and this is"),
        (lambda venv: (venv / "pyvenv.cfg").unlink(), "unknown"),
        (lambda venv: make_env.python_of(venv).unlink(), "has lost the Python"),
        (lambda venv: (venv / make_env.RECORD).write_text('{"path": "/old/place", "ours": true}'), "then moved"),
    ],
)
def test_each_fault_is_named_and_what_is_ours_is_emptied(tmp_path, spoil, fault):
    venv = fake_venv(tmp_path / "venv", extras=["lessons"])
    spoil(venv)
    assert fault in make_env.fault_of(venv) if fault else make_env.fault_of(venv) is None
    make_env.clear_if_unfit(venv)
    assert [child.name for child in venv.iterdir()] == [make_env.UNDER_WAY] or fault is None


def test_an_environment_of_somebody_else_is_refused_and_not_touched(tmp_path):
    venv = fake_venv(tmp_path / "venv", python="3.1")
    with pytest.raises(SystemExit, match="not by this script"):
        make_env.clear_if_unfit(venv)
    assert make_env.python_of(venv).exists()


def test_a_fitting_environment_of_somebody_else_is_used_and_stays_theirs(tmp_path, steps):
    venv = fake_venv(tmp_path / "venv")
    make_env.build(venv, ["lessons"], "")
    assert make_env.is_ready(make_env.record_of(venv), ["lessons"], venv)
    (venv / "pyvenv.cfg").write_text("version = 3.1.4\n")
    with pytest.raises(SystemExit, match="not by this script"):
        make_env.clear_if_unfit(venv)


def test_an_interrupted_call_is_made_anew_by_the_next(monkeypatch, tmp_path, steps):
    def interrupted(*_):
        raise KeyboardInterrupt

    venv = fake_venv(tmp_path / "venv", extras=["test"])
    with monkeypatch.context() as patch:
        patch.setattr(make_env, "install_package", interrupted)
        with pytest.raises(KeyboardInterrupt):
            make_env.build(venv, ["lessons"], "")
    assert make_env.fault_of(venv) == "was left half made"
    make_env.build(venv, ["lessons"], "")
    assert make_env.record_of(venv)["extras"] == ["lessons"]
    assert not (venv / make_env.UNDER_WAY).exists()


def test_a_stop_of_our_own_leaves_no_mark_and_is_not_ready(monkeypatch, tmp_path, steps):
    def stopped(*_):
        raise SystemExit("no torch")

    venv = tmp_path / "venv"
    monkeypatch.setattr(make_env, "install_torch", stopped)
    with pytest.raises(SystemExit, match="no torch"):
        make_env.build(venv, ["lessons"], "")
    fake_pyvenv(venv)
    assert make_env.fault_of(venv) is None
    assert not make_env.is_ready(make_env.record_of(venv), ["lessons"], venv)


@pytest.mark.parametrize("key", ["version = 3.12.1", "version_info = 3.12.1.final.0", "home = x\nversion=3.12"])
def test_pyvenv_cfg_is_read_as_venv_virtualenv_and_uv_write_it(tmp_path, key):
    (tmp_path / "pyvenv.cfg").write_text(f"{key}\n")
    assert make_env.python_in(tmp_path) == "3.12"


def test_a_python_too_old_is_told_so_before_anything_else(monkeypatch):
    monkeypatch.setattr(sys, "version_info", (3, 10, 13))
    with pytest.raises(SystemExit, match=r"expected 3\.11 or newer"):
        run_path(make_env.__file__)
