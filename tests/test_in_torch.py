"""Lesson 13: what a packed batch reads, counted by hand; and the picture read back."""

import pytest
from seen import drawn_on

from lstm_demo.lessons.in_torch import packed

# By torch's own rule: the longest first, all first places, then all second ones; of a row of n always its first n.
READ = {
    "right": ["B1 D1 A1 C1", "B2 D2 A2", "B3 D3 A3", "B4 D4", "B5"],
    "left": ["B1 p p p", "B2 D1 p", "B3 D2 A1", "B4 D3", "B5"],
}


@pytest.mark.parametrize("side", READ)
def test_the_picture_shows_the_grid_and_each_read_up_to_now_and_frames_the_last_in_both(side):
    for time in range(6):
        one, ax = packed(side, time), drawn_on(packed(side, time))
        said = [t.get_text() for t in ax.texts]
        assert [" ".join(map(one.name, places)) for places in one.reads] == READ[side]
        read = " ".join(READ[side][:time]).split()
        assert [t for t in said if t[0] in "ABCDp"][20:] == read  # the first twenty are the grid's
        squares = [p for p in ax.patches if p.get_fill()]
        assert [bool(p.get_hatch()) for p in squares[20:]] == [name == "p" for name in read]
        assert [t for t in said if t.isdigit()] == [f"{len(group.split())}" for group in READ[side][:time]]
        names = dict(zip(((p.get_x(), p.get_y()) for p in squares), [t for t in said if t[0] in "ABCDp"], strict=True))
        framed = [names[p.get_xy()] for p in ax.patches if not p.get_fill()]
        assert framed[::2] == framed[1::2] == (READ[side][time - 1].split() if time else [])
        assert any(t.startswith("✓ none" if side == "right" else "✗ 4 of them padding") for t in said)
        assert "13 of 20 places are read" in one.title
        assert one.says().endswith(f"takes {', '.join(framed[::2])}." if time else "play, or take one step.")
