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
REAL = {"pad left": [[0, 0, 1, 1], [0, 1, 1, 1], [1, 1, 1, 1], [0, 0, 1, 1]], "one lane": [[1] * 11]}
REAL["pad right"] = [lane[::-1] for lane in REAL["pad left"]]
every_way = pytest.mark.parametrize("way", WAYS)


@every_way
def test_the_board_of_the_four_labels_is_what_one_counts_in_the_head(way):
    one, (counts, read) = board(way), IN_THE_HEAD[way]
    assert (one.counts.tolist(), one.read.tolist()) == (counts, read)
    assert one.wrong.tolist() == [a != b for a, b in zip(read, LENGTHS, strict=True)]
    assert one.layout.mask.tolist() == REAL[way.partition(" +")[0]]
    assert texts(one).count("—") == (~one.layout.mask).sum() * ("mask" in way)
    assert texts(one).count("R") == one.resets.sum() == (4 if "reset" in way else 0)
    amiss = one.layout.mask & (one.counts != one.layout.step + 1)
    assert wrong_grounds(one) == amiss.sum() + (~one.layout.mask[tuple(one.at.T)] & one.wrong).sum()


@every_way
def test_a_way_is_right_or_wrong_for_any_names_as_for_the_four(way):
    exact = IN_THE_HEAD[way][1] == LENGTHS
    for names in ("a", "abcde a b", "abc def", "abcdefghi ab cdef g"):
        alone_or_even = " " not in names or (names == "abc def" and "pad" in way)
        assert board(way, names).wrong.any() != (exact or alone_or_even)
    one, other = board(way, "a b c d e f"), board("pad left", "a b c d e f")
    assert (one.room, one.size) == (other.room, other.size)  # squares are as large in all ways


@every_way
def test_every_moment_shows_the_counts_so_far_and_the_end_the_verdicts_which_the_sentence_lists(way):
    steps = board(way).counts.shape[1]
    for time in {0, 1, 3, steps}:
        one = board(way, FOUR, time)
        assert [int(t) for t in texts(one) if t.isdigit()] == one.counts[:, :time].astype(int).ravel().tolist()
        ends = zip(one.wrong, one.read, strict=True) if time == steps else ()
        judged = [re.match(r"[✓✗] \d+", t)[0] for t in texts(one) if t[0] in "✓✗"]
        assert judged == [f"{'✗' if wrong else '✓'} {read}" for wrong, read in ends]
    said, read = board(way).says(), IN_THE_HEAD[way][1]
    wrong = [name for name, a in zip(FOUR.split(), read, strict=True) if a != len(name)]
    assert [int(n) for n in re.findall(r"\d+", said)] == read + (LENGTHS if wrong else [])
    named = re.search(r": ([^:]*) (is|are) wrong", said)
    assert (re.split(", | and ", named[1]) if named else []) == wrong


def test_the_sentence_on_the_way_says_where_the_state_runs_into_another_series():
    assert board("one lane", FOUR, 2).says().endswith("of 11 the state says 2; of AA it has read 2 steps: right.")
    assert board("one lane", FOUR, 3).says().endswith("of 11 the state says 3; of BBB it has read 1 step: wrong.")
    assert "nothing is read yet" in board("one lane", FOUR, 0).says()


TYPED = {
    " LEO,SUN;  ANKH\n": (("LEO", "SUN", "ANKH"), 0),
    "Zoe\u0308 \u0301 \ud800 \u200b <b>&$x$": (("Zoë", "<b>&$x$"), 0),  # what cannot be seen by itself goes
    "": (("?",), 0),
    "abcdefghijklmnop": (("abcdefghijkl",), 4),
    "abcdefghijklmnop abcdefghijkl": (("abcdefghijkl", "abcdefgh"), 8),
    "a b c d e f g h": (tuple("abcdef"), 2),
}


@pytest.mark.parametrize("typed", TYPED)
def test_what_is_typed_is_taken_kindly(typed):
    assert series_of(typed) == TYPED[typed]
    said = board("pad left", typed).says()
    assert ("at most" in said) == (TYPED[typed][1] > 0)
    assert ("No letter is typed" in said) == (TYPED[typed][0] == ("?",))
