"""Lesson 13: what a packed batch reads, counted by hand; and the picture read back."""

import re

import pytest
from seen import drawn_on, texts

from lstm_demo.lessons.in_torch import packed

# By torch's own rule: the longest first, all first places, then all second ones; of a row of n always its first n.
READ = {
    "right": ["B1 D1 A1 C1", "B2 D2 A2", "B3 D3 A3", "B4 D4", "B5"],
    "left": ["B1 p p p", "B2 D1 p", "B3 D2 A1", "B4 D3", "B5"],
}


@pytest.mark.parametrize("side", READ)
def test_the_picture_shows_the_grid_and_each_read_up_to_now_and_frames_the_last_in_both(side):
    for time in range(6):
        one, read = packed(side, time), [name for at_once in READ[side][:time] for name in at_once.split()]
        ax, said = drawn_on(one), texts(one)
        names = [text for text in said if re.fullmatch(r"[A-D]\d|p", text)]
        squares = [patch for patch in ax.patches if patch.get_fill()]
        assert names[20:] == read  # the first twenty are the grid's
        assert [bool(patch.get_hatch()) for patch in squares] == [name == "p" for name in names]
        name_at = dict(zip((patch.get_xy() for patch in squares), names, strict=True))
        framed = [name_at[patch.get_xy()] for patch in ax.patches if not patch.get_fill()]
        assert framed[::2] == framed[1::2] == (READ[side][time - 1].split() if time else [])
        assert [text for text in said if text.isdigit()] == [f"{len(row.split())}" for row in READ[side][:time]]
        assert one.says().endswith(f"takes {', '.join(framed[::2])}." if time else "play, or take one step.")
        assert any(text.startswith("✓ none" if side == "right" else "✗ 4 of them padding") for text in said)
