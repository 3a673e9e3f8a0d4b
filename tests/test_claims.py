"""A claim that fails in a lesson is spoken of: its text, the values behind it, the machine; and nothing stops."""

from html import escape

import pytest
from IPython.core.interactiveshell import InteractiveShell
from IPython.utils.capture import capture_output

from lstm_demo import claims


@pytest.fixture
def lesson():
    """A function that runs a cell in a shell where claims are watched, and returns (all it said, metadata)."""
    shell = InteractiveShell.instance()
    claims.watch()
    claims.watch()  # as when the set-up cell is run again

    def run(cell):
        with capture_output() as seen:
            shell.run_cell(cell).raise_error()
        plain = [output.data["text/plain"] for output in seen.outputs]
        assert all(escape(said) in one.data["text/html"] for said, one in zip(plain, seen.outputs, strict=True))
        return "\n".join([*plain, seen.stdout]), [output.metadata for output in seen.outputs]

    yield run
    InteractiveShell.clear_instance()


def test_a_claim_that_holds_says_nothing_and_an_error_is_still_raised(lesson):
    assert lesson("assert 1 + 1 == 2, 'never said'\nassert all(n > 0 for n in (1, 2))") == ("", [])
    with pytest.raises(ZeroDivisionError):
        lesson("assert 1 / 0 > 2")


def test_a_claim_that_fails_tells_text_values_machine_and_what_to_do_and_the_cell_runs_on(lesson):
    said, metadata = lesson("x = [0.5, 0.9]\nassert min(x) > 0.85 > 0.1, f'of {len(x)}'\nprint('went on')")
    first, words, *rest = said.splitlines()
    assert first == "✗ This claim does not hold here: min(x) > 0.85 > 0.1"
    assert words == "    of 2"
    assert rest[:2] == ["    x       is  [0.5, 0.9]", "    min(x)  is  0.5"]
    assert rest[2].startswith("Python 3")
    assert "open an issue" in rest[-2]
    assert rest[-1] == "went on"
    assert metadata == [{claims.CLAIM: "min(x) > 0.85 > 0.1"}]


VALUES = {
    "what was not looked at has no value": ("assert 1 > 2 and undefined > 3", ["1 > 2 and undefined > 3"]),
    "a call that returns the truth": ("from numpy import *\nx = ones(2)\nassert not array_equal(x, x)", ["array(["]),
    "the entry of a loop that failed": ("assert all(n % 7 < 6 for n in range(20))", ["n % 7  is  6"]),
    "a claim within a claim": ("def f():\n    assert 1 > 2\n    return 3\n\n\nassert f() == 4", ["1 > 2", "is  3"]),
    "a name given on the way": ("assert (w := 3) > 4\nprint(w)", ["is  3", "\n3"]),
    "arguments that are unpacked": ("x = [1, 2]\nassert max(*x) > 2", ["max(*x)  is  2"]),
    "a long value": ("assert list(range(1000)) == 0", ["[0, 1, 2", "..."]),
}


@pytest.mark.parametrize("case", VALUES)
def test_the_values_shown_are_those_that_decided(case, lesson):
    cell, words = VALUES[case]
    said, _ = lesson(cell)
    assert [word for word in words if word not in said] == []
    assert len(said) < 2_000
