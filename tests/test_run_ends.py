"""Laws of scripts/run_ends.py: nothing is installed and nothing is asked of the network."""

import re
from pathlib import Path

import make_env
import page_table
import pytest
import run_ends

ROOT = Path(__file__).resolve().parent.parent


def test_every_line_of_the_lessons_and_tests_has_a_lower_bound():
    project = make_env.project()
    lines = [*project["dependencies"], *project["optional-dependencies"]["lessons"]]
    lines += project["optional-dependencies"]["test"]
    assert len(run_ends.bounds()) == len(lines) >= 10
    assert run_ends.bounds()["numpy"] == "1.26"


@pytest.mark.parametrize(
    ("version", "end", "words"),
    [
        ("1.26.0", "oldest", "1.26.0"),
        ("1.26.4", "oldest", "1.26.4"),
        ("1.27.0", "oldest", "1.27.0, as 1.26 could not be had"),
        ("1.260.0", "oldest", "1.260.0, as 1.26 could not be had"),
        ("2.4.6", "newest", "2.4.6"),
    ],
)
def test_where_the_lowest_could_not_be_had_it_is_said(version, end, words):
    assert run_ends.told(version, "1.26", end) == words


def test_an_environment_that_somebody_else_made_is_not_deleted(tmp_path):
    theirs = tmp_path / ".venv-oldest"
    theirs.mkdir()
    with pytest.raises(SystemExit, match="Move it away"):
        run_ends.clear(theirs)
    assert theirs.is_dir()


def test_an_environment_of_ours_is_made_anew(tmp_path):
    ours = tmp_path / ".venv-oldest"
    for _ in range(2):
        run_ends.clear(ours)
        assert make_env.record_of(ours)["ours"]
        assert len(list(ours.iterdir())) == 1
        (ours / "left over").touch()


def test_cuda_is_not_installed_unless_asked_for(tmp_path, monkeypatch):
    called = []

    def uv(venv, *words, **rest):
        called.append(words)
        return "--torch-backend" not in words

    monkeypatch.setattr(make_env, "make_venv", lambda venv: None)
    monkeypatch.setattr(make_env, "uv", uv)
    with pytest.raises(SystemExit, match="--cuda"):
        run_ends.install(tmp_path, "oldest", cuda=False)
    assert all("--dry-run" in words for words in called)
    run_ends.install(tmp_path, "oldest", cuda=True)
    assert called[-2][1:3] == ("--resolution", "lowest-direct")


def test_the_cpu_build_is_taken_where_it_is_within_reach(tmp_path, monkeypatch):
    called = []
    monkeypatch.setattr(make_env, "make_venv", lambda venv: None)
    monkeypatch.setattr(make_env, "uv", lambda venv, *words, **rest: called.append(words) or True)
    run_ends.install(tmp_path, "newest", cuda=True)
    assert called[1][1:5] == ("--torch-backend", "cpu", "--resolution", "highest")


def test_what_failed_or_was_skipped_did_not_pass():
    suite = {"tests": "10", "failures": "1", "errors": "2", "skipped": "3", "time": "4.4"}
    assert run_ends.counted(suite) == "4 passed, 3 failed, 3 skipped, 4 s"


def test_the_page_tells_of_every_dependency_at_the_ends_that_were_run():
    rows = page_table.read((ROOT / "docs" / "versions.md").read_text(encoding="utf-8"))
    ends = [heading for heading in rows[0] if heading.startswith(("oldest, Python", "newest, Python"))]
    assert ends
    named = {row["what"]: row for row in rows}
    for name, low in run_ends.bounds().items():
        assert named[name]["pyproject.toml"] == f"at least {low}"
        assert all(re.match(r"\d", named[name][end]) for end in ends)
    assert all(re.match(r"\d+ passed, \d+ failed", named["all tests and lessons"][end]) for end in ends)
