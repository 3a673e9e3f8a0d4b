"""Laws of scripts/mutants.py and scripts/mutate.py: which faults are made, and that a weak test is found out."""

import ast
import multiprocessing
import subprocess
import sys
import textwrap
import time
from pathlib import Path

import mutants
import mutate
import pytest

ROOT = Path(__file__).resolve().parents[1]

forks = pytest.mark.skipif("fork" not in multiprocessing.get_all_start_methods(), reason="no fork on this system")

CLAMP = b'''\
"""Toy."""


def clamp(x, low=0):
    """1 + 1 in a docstring."""
    if x < low:
        raise ValueError(f"x: {x + 1}")
    return x
'''


def changes(source):
    return [(one.line, one.old, one.new) for one in mutants.mutants(source, "toy.py")]


def body(line):
    """The changes of one line in a function."""
    return {(old, new) for n, old, new in changes(f"def f(a, b, c):\n    {line}\n".encode()) if n == 2}


def test_every_change_of_a_tiny_module_is_made_and_no_other():
    assert changes(CLAMP) == [
        (4, "0", "1"),
        (6, "x < low", "(x <= low)"),
        (7, 'raise ValueError(f"x: {x + 1}")', "pass"),
        (8, "return x", "return None"),
    ]


@pytest.mark.parametrize(
    ("line", "made"),
    [
        ("a = a < b", {("a < b", "(a <= b)"), ("a = a < b", "pass")}),
        ("x = a is not b", {("a is not b", "(a is b)")}),
        ("x = a in b", {("a in b", "(a not in b)")}),
        ("x = a + b * c", {("a + b * c", "(a - b * c)"), ("b * c", "(b / c)")}),
        ("x = (a - b) * c", {("(a - b) * c", "((a - b) / c)"), ("a - b", "(a + b)")}),
        ("x = a and not b", {("a and not b", "(a or not b)"), ("not b", "b")}),
        ("x = -a, ~b", {("-a", "a"), ("~b", "b")}),
        ("x = True, 1.5", {("True", "False"), ("1.5", "2.5")}),
        ("x = a[b:-1]", {("b:-1", "b + 1:-1"), ("b:-1", "b:-1 + 1"), ("-1", "1"), ("1", "2")}),
        ("x = a(b, c)", {("a(b, c)", "a(c, b)")}),
        ("x = min(a), a.any()", {("min", "max"), ("a.any", "a.all")}),
        ("x = a if b else c", {("b", "(not b)")}),
        ("a.b(c)", {("a.b(c)", "pass")}),
        ("a[0] = b", {("a[0] = b", "pass"), ("0", "1")}),
        ("a += b", {("a += b", "pass")}),
    ],
)
def test_each_operator_makes_the_changes_of_its_kind(line, made):
    assert body(line) == made


@pytest.mark.parametrize(
    "line",
    [
        "x = 'a sentence, 1 + 1'",
        "x = f'{a + 1}'",
        "x = refusal('a', 1 + 1, a < b)",
        "x = isinstance(a, int | str)",
        "x: list[1] = b",
        "x = zip(a, strict=True)",
        "x = b",
    ],
)
def test_words_kinds_and_names_bound_once_are_left_alone(line):
    assert body(line) == set()


def test_each_mutant_of_the_package_parses_is_another_program_and_has_a_name_of_its_own():
    made = []
    for name in ("cell/forward.py", "cell/values.py"):
        source = (ROOT / "lstm_demo" / name).read_bytes()
        here = mutants.mutants(source, name)
        programs = [ast.dump(ast.parse(one.applied(source))) for one in here]
        assert len({*programs, ast.dump(ast.parse(source))}) == len(programs) + 1
        made += here
    assert len({one.key for one in made}) == len(made) > 100
    assert {one.room for one in made} == {"cell"}


def test_text_before_a_change_may_hold_any_letter():
    source = 'def f(a):\n    """Ünï."""\n    return "é", a + 1\n'.encode()
    assert b'return "\xc3\xa9", (a - 1)\n' in [
        one.applied(source).splitlines(keepends=True)[2].lstrip() for one in mutants.mutants(source, "toy.py")
    ]


def test_the_draw_of_a_change_stays_when_lines_are_put_before_it():
    moved = CLAMP.replace(b"\n\n\ndef", b"\n\nZERO = 'zero'\n\n\ndef")
    keys = [{one.key for one in mutants.mutants(source, "toy.py")} for source in (CLAMP, moved)]
    assert keys[0] == keys[1]
    assert not any(mutants.drawn(key, 2) and not mutants.drawn(key, 1) for key in keys[0])


TOY = CLAMP + b"\n\ndef five():\n    return 5\n"
TOY_TESTS = """
import pytest
from lstm_demo.toy import clamp, five

def test_that_fails_already():
    assert clamp(3) == 4

@pytest.mark.parametrize("found", [five()])  # its name changes with what it is given
def test_named_by_what_it_finds(found):
    assert found == 5

def test_weak():
    assert clamp(3) == 3
    assert clamp(0) == 0
"""
SURVEY = """
import sys
sys.path.insert(0, {scripts!r})
import mutate
from pathlib import Path
root = Path({root!r})
mutate.warm = lambda: __import__("hypothesis").settings.register_profile("mutants")  # torch is not needed here
made = mutate.all_mutants(root, ["toy"])
found = list(mutate.survey(root, made, 1, 2, laws={{"toy": ("toy",)}}))
for mutant, one in found:
    print(mutant.line, mutant.new, "|", one.caught_by)
seen = {{mutant.key: one for mutant, one in found}}
print(mutate.score(made, seen, {{}}))
mutate.write_results(root, seen)
print(mutate.results(root) == seen)
"""


@forks
def test_work_that_turns_in_circles_or_sleeps_is_ended(monkeypatch):
    assert mutate.forked(lambda: [0 for _ in iter(int, 1)], 1) is None
    monkeypatch.setattr(mutate, "PATIENCE", 0.2)
    assert mutate.forked(lambda: time.sleep(600), 1) is None
    assert mutate.forked(lambda: "done", 300) == "done"


@forks
def test_a_weak_test_leaves_a_survivor_and_the_source_stays(tmp_path):
    for folder, name, text in (("lstm_demo", "toy.py", TOY.decode()), ("tests", "test_toy.py", TOY_TESTS)):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / name).write_text(text)
    (tmp_path / "lstm_demo" / "__init__.py").touch()
    (tmp_path / "pyproject.toml").write_text("[tool.pytest.ini_options]\n")
    code = textwrap.dedent(SURVEY).format(scripts=str(ROOT / "scripts"), root=str(tmp_path))
    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60)
    assert ended.returncode == 0, ended.stderr
    assert ended.stdout.splitlines() == [
        "fails without any fault, and is left out: tests/test_toy.py::test_that_fails_already",
        "4 1 | tests/test_toy.py::test_weak",
        "6 (x <= low) | tests/test_toy.py::test_weak",
        "7 pass | ",  # that a negative number is refused is looked at by no test
        "8 return None | tests/test_toy.py::test_weak",
        "12 return None | tests/test_toy.py::test_named_by_what_it_finds[None]",
        "12 6 | tests/test_toy.py::test_named_by_what_it_finds[6]",
        "(6, 5, 0)",
        "True",
    ]
    assert (tmp_path / "lstm_demo" / "toy.py").read_bytes() == TOY


def judged_as(*caught_by):
    """The mutants of CLAMP as if of the room `ways`, and what became of them."""
    made = mutants.mutants(CLAMP, "ways.py")
    return made, {
        m.key: mutate.Judged(m.key, 1, "2026-11-23", 6.0, how) for m, how in zip(made, caught_by, strict=False)
    }


def test_the_page_counts_what_was_caught_and_gives_each_survivor_its_reason():
    made, seen = judged_as("tests/test_ways.py::test_a", mutate.HUNG, mutate.LIVES, mutate.LIVES)
    page = mutate.page(made, seen, {made[2].key: ("message", "the words | alone")})
    assert "| `ways` | 4 | 4 | 2 | 1 | 50.0% | 66.7% | 2026-11-23 | 0 |" in page
    assert f"| `ways.py:7` `{made[2].key}` |" in page
    assert "| message | the words \\| alone |" in page
    assert "| `return x` → `return None` | open | not looked into yet |" in page
    assert "not judged yet" not in page
    assert "not judged yet: mutants of ways.py." in mutate.page(made, dict([*seen.items()][1:]), {})
    assert "| `cell` | 0 | 0 | | | | | not run | |" in page


def test_what_was_not_judged_counts_neither_as_caught_nor_as_drawn():
    made, seen = judged_as("tests/test_ways.py::test_a", mutate.LIVES)
    assert mutate.score(made, seen, {}) == (2, 1, 0)


def test_a_run_may_take_all_the_survivors_or_the_rest():
    made, seen = judged_as("tests/test_ways.py::test_a", mutate.LIVES)
    for words, want in (([], made), (["--survivors"], made[1:2]), (["--rest"], made[2:])):
        assert mutate.chosen(made, seen, mutate.asked([*words, "--every", "1"])) == want


def test_every_reason_is_of_a_known_kind():
    assert mutate.reasons(ROOT)
    for key, (kind, reason) in mutate.reasons(ROOT).items():
        assert kind in mutate.SAME, key
        assert reason, key
