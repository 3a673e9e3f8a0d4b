"""Laws of scripts/make_env.py, on made-up environments: nothing is installed and nothing is asked of the network."""

import json
import re
import subprocess
import sys
from pathlib import Path
from runpy import run_path

import make_env
import pytest

CUDA = ["nvidia-nccl-cu13 2.29.7", "cuda-bindings 13.5.0", "Triton 3.7.1", "nvidia_cublas_cu12 1"]
OTHERS = ["torch 2.13.0+cpu", "sympy 1.14.0", "cudalike 1", "tritonclient 2"]


def report(packages):
    """What `pip install --dry-run --report` says of them."""
    named = [package.split() for package in packages]
    return {"install": [{"metadata": {"name": name, "version": version}} for name, version in named]}


@pytest.fixture
def venv(tmp_path):
    """What make_env can see of an environment of ours that is ready for one extra."""
    folder = tmp_path / "venv"
    put_python(folder)
    make_env.write_record(folder, ours=True, extras=["lessons"], pyproject=make_env.pyproject_sum())
    return folder


def put_python(folder):
    make_env.python_of(folder).parent.mkdir(parents=True, exist_ok=True)
    make_env.python_of(folder).touch()
    (folder / "pyvenv.cfg").write_text(f"home = /somewhere\nversion = {make_env.PYTHON}.7\n")


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


def test_looking_asks_pip_for_a_report_and_stops_before_cuda_saying_how_to_choose(monkeypatch, tmp_path):
    (command,) = looked(monkeypatch, tmp_path / "cpu", packages=OTHERS)
    assert {"--dry-run", "--report"} <= set(command)
    with pytest.raises(SystemExit) as stop:
        looked(monkeypatch, tmp_path / "cuda", packages=OTHERS + CUDA)
    for part in (
        "expected the CPU build",
        f"4 CUDA packages, about 3 GB:\n  {', '.join(CUDA)}\n",
        'TORCH="',
        "PYTHON=",
    ):
        assert part in str(stop.value)


def test_looking_stops_where_pip_finds_no_torch_and_repeats_what_pip_said(monkeypatch, tmp_path):
    with pytest.raises(SystemExit, match="No matching distribution"):
        looked(monkeypatch, tmp_path, returncode=1, stderr="ERROR: No matching distribution")


@pytest.mark.parametrize(("pip", "calls"), [("25.1", 2), ("25.3", 1), ("26.0.1", 1)])
def test_a_pip_that_would_download_in_order_to_look_is_upgraded_first(monkeypatch, tmp_path, pip, calls):
    commands = looked(monkeypatch, tmp_path, packages=OTHERS, pip=pip)
    assert len(commands) == calls
    assert ("--upgrade" in commands[0]) == (calls == 2)


# --- which torch --------------------------------------------------------------------------------------------------


def test_versions_are_compared_as_numbers():
    every = ["2.4.0", "2.13.0+cpu", "3.0", "2.3.1", "1.13.1+cpu", None]
    assert [make_env.fits(one, "torch>=2.4") for one in every] == [True] * 3 + [False] * 3


def test_torch_is_wanted_in_one_form_by_the_extras_that_name_it_and_the_pinned_release_fits():
    wanted = {make_env.torch_wanted([extra]) for extra in make_env.extras_offered()} - {""}
    assert len(wanted) == 1
    assert re.fullmatch(r"torch>=[\d.]+", *wanted)
    assert make_env.fits(make_env.PINNED_TORCH.partition("==")[2], *wanted)
    assert make_env.torch_wanted(["test"]) == ""


def installed(monkeypatch, venv, asked="", uv=False, pip=True, brings=None):
    """What uv and pip are told by install_torch, where they succeed or fail as is said and pip brings that torch."""
    calls = []

    def note(who, succeeds, *words):
        calls.append((who, *words))
        if who == "pip" and brings:
            put(venv, "torch", brings)
        return succeeds

    monkeypatch.setattr(make_env, "uv", lambda venv, *words, **_: note("uv", uv, *words))
    monkeypatch.setattr(make_env, "pip", lambda venv, *words: note("pip", pip, *words))
    monkeypatch.setattr(make_env, "look_before", lambda venv, wanted: note("look", True, wanted))
    make_env.install_torch(venv, "torch>=2.4", asked)
    return calls


def test_a_fitting_torch_is_left_alone(monkeypatch, tmp_path):
    put(tmp_path, "torch", "2.5.1+cu124")
    assert installed(monkeypatch, tmp_path) == []


def test_uv_is_asked_for_the_cpu_build_and_pip_only_where_uv_fails_and_after_a_look(monkeypatch, tmp_path):
    question = ("uv", "--dry-run", "--torch-backend", "cpu", "torch>=2.4")
    pinned = make_env.PINNED_TORCH
    assert installed(monkeypatch, tmp_path, uv=True) == [question, ("uv", "--torch-backend", "cpu", "torch>=2.4")]
    assert installed(monkeypatch, tmp_path) == [question, ("look", pinned), ("pip", "install", pinned)]


def test_a_torch_asked_for_is_installed_by_pip_without_a_look_and_refused_if_too_old(monkeypatch, tmp_path):
    calls = installed(monkeypatch, tmp_path / "new", asked="torch==2.9.1 --find-links 'my wheels'", brings="2.9.1")
    assert calls == [("pip", "install", "torch==2.9.1", "--find-links", "my wheels")]
    with pytest.raises(SystemExit, match=r"expected torch>=2\.4, got torch 2\.0\.1"):
        installed(monkeypatch, tmp_path / "old", asked="torch==2.0.1", brings="2.0.1")


@pytest.mark.parametrize("asked", ["", "torch==2.9.1"])
def test_a_failing_pip_stops_the_work(monkeypatch, tmp_path, asked):
    with pytest.raises(SystemExit, match="could not install"):
        installed(monkeypatch, tmp_path, asked, pip=False)


@pytest.mark.parametrize("works", [True, False])
def test_the_package_comes_by_uv_and_by_pip_only_where_uv_fails(monkeypatch, tmp_path, works):
    calls, package = [], ("-e", ".[lessons,test]")
    monkeypatch.setattr(make_env, "uv", lambda venv, *words: calls.append(("uv", *words)) or works)
    monkeypatch.setattr(make_env, "pip", lambda venv, *words: calls.append(("pip", *words)) or True)
    make_env.install_package(tmp_path, ["lessons", "test"])
    by_pip = [("pip", "install", *package)]
    assert calls == [("uv", "--compile-bytecode", *package), *by_pip[: not works]]


# --- is it there already? -----------------------------------------------------------------------------------------


def ready(venv, *extras):
    return make_env.is_ready(make_env.record_of(venv), extras, venv)


def test_what_is_on_record_costs_no_step_and_more_extras_another_torch_or_pyproject_do(venv, steps):
    make_env.main(["lessons", "--venv", str(venv), "--torch", ""])
    assert steps == []
    assert ready(venv, "lessons")
    assert not ready(venv, "lessons", "test")
    make_env.main(["lessons", "--venv", str(venv), "--torch", "torch==2.9.1"])
    assert ("install_torch", "torch>=2.4", "torch==2.9.1") in steps
    make_env.write_record(venv, extras=["lessons"], pyproject="of yesterday")
    assert not ready(venv, "lessons")


@pytest.mark.parametrize("text", ["", "{", '{"extras": ["lessons"]'])
def test_a_torn_record_counts_as_none(venv, text):
    (venv / make_env.RECORD).write_text(text)
    assert make_env.record_of(venv) == {}
    assert not ready(venv, "lessons")


def test_extras_add_up_from_call_to_call(venv, steps):
    make_env.build(venv, ["test"], "")
    assert steps[-1] == ("install_package", ["lessons", "test"])
    assert ready(venv, "lessons", "test")


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
def test_each_fault_is_named_and_what_is_ours_is_emptied(venv, spoil, fault):
    spoil(venv)
    assert fault in make_env.fault_of(venv) if fault else make_env.fault_of(venv) is None
    make_env.clear_if_unfit(venv)
    assert [child.name for child in venv.iterdir()] == [make_env.UNDER_WAY] or fault is None


def test_an_environment_of_somebody_else_is_used_where_it_fits_and_never_touched(venv, steps):
    (venv / make_env.RECORD).unlink()
    make_env.build(venv, ["lessons"], "")
    assert ready(venv, "lessons")
    (venv / "pyvenv.cfg").write_text("version = 3.1.4\n")
    with pytest.raises(SystemExit, match="not by this script"):
        make_env.clear_if_unfit(venv)
    assert make_env.python_of(venv).exists()


@pytest.mark.parametrize(("end", "left"), [(KeyboardInterrupt, "was left half made"), (SystemExit, None)])
def test_a_call_that_ends_early_is_not_ready_and_one_cut_short_is_made_anew(monkeypatch, venv, steps, end, left):
    def ends(*_):
        raise end

    with monkeypatch.context() as patch:
        patch.setattr(make_env, "install_package", ends)
        with pytest.raises(end):
            make_env.build(venv, ["test"], "")
    assert make_env.fault_of(venv) == left
    assert not ready(venv, "test")
    make_env.build(venv, ["test"], "")
    put_python(venv)
    assert ready(venv, "test")


@pytest.mark.parametrize("key", ["version = 3.12.1", "version_info = 3.12.1.final.0", "home = x\nversion=3.12"])
def test_pyvenv_cfg_is_read_as_venv_virtualenv_and_uv_write_it(tmp_path, key):
    (tmp_path / "pyvenv.cfg").write_text(f"{key}\n")
    assert make_env.python_in(tmp_path) == "3.12"


def test_a_python_too_old_is_told_so_before_anything_else(monkeypatch):
    monkeypatch.setattr(sys, "version_info", (3, 10, 13))
    with pytest.raises(SystemExit, match=r"expected 3\.11 or newer"):
        run_path(make_env.__file__)
