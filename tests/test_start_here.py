"""Lesson 00: what its board says can be counted in the head."""

import re

import pytest
from seen import texts, wrong_grounds

from lstm_demo.lessons.start_here import FOUR, WAYS, board, series_of

# AA BBB CCCC DD, counted in the head: what stands in the squares, and what is read of each.
LENGTHS = [2, 3, 4, 2]
RIGHT_ALL = [[1, 2, 3, 4]] * 4
IN_THE_HEAD = {
    "pad left": (RIGHT_ALL, [4, 4, 4, 4]),
    "pad left + reset": ([[1, 2, 1, 2], [1, 1, 2, 3], [1, 2, 3, 4], [1, 2, 1, 2]], LENGTHS),
    "pad left + mask": ([[0, 0, 1, 2], [0, 1, 2, 3], [1, 2, 3, 4], [0, 0, 1, 2]], LENGTHS),
    "pad right": (RIGHT_ALL, [4, 4, 4, 4]),
    "pad right + mask": ([[1, 2, 2, 2], [1, 2, 3, 3], [1, 2, 3, 4], [1, 2, 2, 2]], LENGTHS),
    "one lane": ([[1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]], [2, 5, 9, 11]),
    "one lane + reset": ([[1, 2, 1, 2, 3, 1, 2, 3, 4, 1, 2]], LENGTHS),
}
every_way = pytest.mark.parametrize("way", WAYS)


@every_way
def test_the_board_shows_what_one_counts_in_the_head_and_in_the_end_its_verdicts_which_the_sentence_lists(way):
    counts, read = IN_THE_HEAD[way]
    judged = [f"{'✓' if n == length else '✗'} {n}" for n, length in zip(read, LENGTHS, strict=True)]
    for time in (0, 1, 3, len(counts[0])):
        one = board(way, FOUR, time)
        said = texts(one)
        assert [int(text) for text in said if text.isdigit()] == [n for lane in counts for n in lane[:time]]
        assert [text.split(",")[0] for text in said if text[0] in "✓✗"] == (judged if time == len(counts[0]) else [])
    real = one.layout.mask
    assert real[0, [0, -1]].tolist() == ["left" not in way, "right" not in way]
    assert said.count("—") == (~real).sum() * ("mask" in way)
    assert said.count("R") == (4 if "reset" in way else 0)
    amiss = (real & (one.counts != one.layout.step + 1)).sum()
    assert wrong_grounds(one) == amiss + (3 if way == "pad right" else 0)  # A, B and D are read on padding
    wrong = [name for name, n in zip(FOUR.split(), read, strict=True) if n != len(name)]
    assert [int(n) for n in re.findall(r"\d+", one.says())] == read + (LENGTHS if wrong else [])
    named = re.search(r": ([^:]*) (is|are) wrong", one.says())
    assert (re.split(", | and ", named[1]) if named else []) == wrong


@every_way
def test_a_way_is_right_or_wrong_for_any_names_as_for_the_four(way):
    exact = IN_THE_HEAD[way][1] == LENGTHS
    for names in ("a", "abcde a b", "abc def", "abcdefghi ab cdef g"):
        alone_or_even = " " not in names or (names == "abc def" and "pad" in way)
        assert board(way, names).wrong.any() != (exact or alone_or_even)


def test_the_sentence_on_the_way_says_where_the_state_runs_into_another_series():
    assert board("one lane", FOUR, 2).says().endswith("of 11 the state says 2; of AA it has read 2 steps: right.")
    assert board("one lane", FOUR, 3).says().endswith("of 11 the state says 3; of BBB it has read 1 step: wrong.")


TYPED = {
    " LEO,SUN;  ANKH\n": (("LEO", "SUN", "ANKH"), 0),
    "Zoe\u0308 \u0301 \ud800 \u200b <b>&$x$": (("Zoë", "<b>&$x$"), 0),  # what cannot be seen by itself goes
    "": (("?",), 0),
    "abcdefghijklmnop abcdefghijkl": (("abcdefghijkl", "abcdefgh"), 8),
    "a b c d e f g h": (tuple("abcdef"), 2),
}


@pytest.mark.parametrize("typed", TYPED)
def test_what_is_typed_is_taken_kindly(typed):
    assert series_of(typed) == TYPED[typed]
    said = board("pad left", typed).says()
    assert ("at most" in said) == (TYPED[typed][1] > 0)
    assert ("No letter is typed" in said) == (TYPED[typed][0] == ("?",))
