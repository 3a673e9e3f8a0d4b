"""The stamp tells what a lesson ran on, and the self-check whether widgets work."""

import platform
import subprocess
import sys
from importlib import metadata

import pytest

from lstm_demo import stamp as stamps
from lstm_demo.stamp import stamp

PACKAGES = ("lstm_demo", "numpy", "torch", "matplotlib", "ipywidgets", "jupyterlab")


def versions():
    """What importlib knows of each package, or None where it is not installed."""
    for package in PACKAGES:
        try:
            yield package, metadata.version(package)
        except metadata.PackageNotFoundError:
            yield package, None


def tells_versions(told):
    assert f"Python {platform.python_version()}" in told
    for package, version in versions():
        assert f"{package} {version or 'not installed'}" in told


def test_a_stamp_tells_versions_seed_and_differences(capsys):
    stamp(seed=7, numpy_against_torch=2.34e-16, carried=0.0)
    told = capsys.readouterr().out
    tells_versions(told)
    assert "seed 7" in told
    assert "largest differences: numpy against torch 2e-16, carried 0" in told


def test_a_stamp_without_seed_and_differences_names_none(capsys):
    stamp()
    told = capsys.readouterr().out
    tells_versions(told)
    assert "differences" not in told
    assert "seed 0" not in told


def test_seed_0_is_a_seed(capsys):
    stamp(seed=0)
    assert "seed 0" in capsys.readouterr().out


def test_a_package_that_is_missing_is_said_to_be(capsys, monkeypatch):
    monkeypatch.setattr(stamps, "PACKAGES", ("numpy", "no-such-package"))
    stamp()
    assert "no-such-package not installed" in capsys.readouterr().out


@pytest.fixture
def clone(tmp_path):
    """A repository with one commit in it, as `git` makes it."""

    def git(*words):
        own = ["-c", "user.name=n", "-c", "user.email=e@x", "-c", "commit.gpgsign=false"]
        return subprocess.run(["git", "-C", tmp_path, *own, *words], capture_output=True, text=True, check=True).stdout

    git("init", "-q")
    (tmp_path / "file").write_text("as committed")
    git("add", "file")
    git("commit", "-qm", "One")
    git("tag", "-a", "v1", "-m", "a tag is not what a reader is asked for")
    return tmp_path, git("rev-parse", "HEAD").strip()


def test_a_stamp_tells_the_commit_and_whether_files_differ_from_it(clone):
    folder, commit = clone
    assert stamps._commit(folder) == commit[:12]
    (folder / "file").write_text("as played with")
    assert stamps._commit(folder) == f"{commit[:12]} with changes"


def test_a_package_that_lies_in_no_clone_of_its_own_names_no_commit(clone, capsys):
    folder, _ = clone
    (folder / "site-packages").mkdir()
    assert stamps._commit(folder / "site-packages").startswith("unknown")
    stamp()
    assert "\ncommit " in capsys.readouterr().out


def test_without_git_and_in_a_broken_clone_the_stamp_still_prints(clone, monkeypatch, tmp_path_factory):
    broken = tmp_path_factory.mktemp("broken")
    (broken / ".git").write_text("gitdir: nowhere")
    assert stamps._commit(broken).startswith("unknown: ")
    monkeypatch.setenv("PATH", str(broken))
    assert stamps._commit(clone[0]) == "unknown: git is not at hand"


@pytest.mark.parametrize("module", ["ipywidgets", "matplotlib", "torch"])
def test_importing_and_printing_a_stamp_needs_no_(module):
    program = (
        f"import sys; sys.modules[{module!r}] = None\n"
        "from lstm_demo.stamp import stamp; stamp(seed=0)\n"
        "print(*sorted({'ipywidgets', 'torch', 'matplotlib'} & {k for k, v in sys.modules.items() if v}))"
    )
    told = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, timeout=60)
    assert told.stdout.splitlines()[-1] == ""
