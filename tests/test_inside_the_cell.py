"""Lesson 02: its belt against plain floats, its layers against torch."""

import itertools
import math
import re

import numpy as np
import pytest
import torch
from matplotlib.colors import to_hex
from seen import drawn_on, texts

from lstm_demo import marks
from lstm_demo.lessons.inside_the_cell import TALL, UNIT, VALVES, conveyor, lasting, stack, two

GIVEN = list(itertools.product((-3.0, -0.4, 2.5), (-1.0, 0.3), (-2.0, 0.0, 1.7)))


def sigmoid(z):
    return 1 / (1 + math.exp(-z))


def by_hand(x, h, c):
    """Gates i, f, o, candidate g, and the new c and h, written out."""
    i, f, o = sigmoid(1.5 * x + 0.5 * h), sigmoid(-0.5 * x + 0.5 * h + 1), sigmoid(0.8 * x + h)
    g = math.tanh(1.2 * x - 0.8 * h)
    new = f * c + i * g
    return {"i": i, "f": f, "g": g, "o": o, "c": new, "h": o * math.tanh(new)}


@pytest.mark.parametrize("given", GIVEN)
def test_the_step_on_the_belt_is_that_of_plain_floats_and_drawn_and_said_in_its_numbers(given):
    one, want, c = conveyor(*given), by_hand(*given), given[2]
    assert one.gates._asdict() | one.new._asdict() == pytest.approx(want, abs=1e-14)
    boxes = [(to_hex(p.get_facecolor()), p.get_hatch(), *np.ptp(p.get_xy(), axis=0)) for p in drawn_on(one).patches]
    flows = [(color, hatch, high) for color, hatch, _, high in boxes]
    runs = [(c, marks.CELL), (want["f"] * c, marks.CELL), (want["c"], marks.CELL), (want["h"], marks.HIDDEN)]
    for value, color in runs:  # as thick as its number, striped below zero
        look = (color.lower(), None) if value > 0 else (marks.PAPER.lower(), "\\\\")
        assert value == 0 or (*look, pytest.approx(UNIT * abs(value))) in flows
    for name in "ifo":  # two blades leave free as much as the gate is open; each begins 8 points outside of the pipe
        blades = [box[2] if name == "i" else box[3] for box in boxes if box[0] == marks.GATES[name].lower()]
        assert sum(blades) - 16 == pytest.approx((1 - want[name]) * (TALL if name == "f" else UNIT), abs=1e-9)
    said, shown = (re.findall(r"-?\d+\.\d\d", text) for text in (one.says(), " ".join(texts(one))))
    assert said == [two(v) for v in (*given, *(want[k] for k in "gch"))]
    more = (want["f"] * c, want["i"] * want["g"], math.atanh(want["g"]))
    assert {*said, *map(two, more)} <= set(shown)
    assert re.findall(r"(\d+)%", one.says()) == [f"{100 * want[k]:.0f}" for k in "fio"]


def test_valves_set_by_hand_do_what_one_reckons_in_the_head():
    for x, h, c in GIVEN:
        free = by_hand(x, h, c)
        want = {"hold": c, "overwrite": free["g"], "add": c + free["g"], "wipe": 0, "hide": free["c"]}
        for valves, after in want.items():
            new = conveyor(x, h, c, valves).new
            assert new.c == pytest.approx(after, abs=1e-14)
            assert (new.h == 0) == (valves == "hide" or new.c == 0)
        assert conveyor(x, h, c, "hold").new.c == c  # to the last bit
    assert set(VALVES) == {"as computed", *want}


def test_the_step_comes_move_by_move_and_tells_nothing_before_its_time():
    shown = ["g = 0.66", "f·c = 0.68", "c = f·c + i·g = 1.24", "h = 0.67"]
    told = ["keeps 68%", "c becomes 1.24", "h = 0.67"]
    for stage in range(5):
        one = conveyor(stage=stage)
        assert [words in texts(one) for words in shown] == [k < stage for k in range(4)]
        assert ("f = 0.68" in texts(one)) == (stage > 0) == ("f = ?" not in texts(one))
        assert [words in one.says() for words in told] == [k < stage - 1 for k in range(3)]
        assert ("f = 0.68, i = 0.85, o = 0.79" in one.says()) == (stage == 1)


@pytest.mark.parametrize("writes", [False, True])
@pytest.mark.parametrize("bias", [0, 1, 9])
def test_c_is_the_geometric_series_that_it_must_be_drawn_and_said_with_h_to_their_ends(bias, writes):
    one, f, t = lasting(bias, writes), sigmoid(bias), np.arange(201)
    c = 0.5 * math.tanh(0.5) * (1 - f**t) / (1 - f) if writes else f**t
    np.testing.assert_allclose(one.c, c, atol=1e-9 if writes else 1e-12)
    np.testing.assert_allclose(one.h, sigmoid(2) * np.tanh(one.c[1:]), atol=1e-12)
    drawn = [line.get_xydata().tolist() for line in drawn_on(one).lines if len(line.get_xdata()) > 100]
    assert drawn == [[[t, v] for t, v in enumerate(one.c)], [[t, v] for t, v in enumerate(one.h, 1)]]
    assert {f"c = {two(c[-1])}", f"h = {two(one.h[-1])}"} <= set(texts(one))
    assert one.says().endswith(f"after 200 steps c is {two(c[-1])} and h is {two(one.h[-1])}.")
    assert (f"c halves every {math.log(2, 1 / f):.1f} steps" in one.says()) != writes


@pytest.mark.parametrize("both", [False, True])
@pytest.mark.parametrize("layers", [1, 2, 3])
def test_what_a_cut_leaves_as_it_is_and_where_final_states_stand_is_so_in_torch(layers, both):
    torch.manual_seed(layers)
    lstm = torch.nn.LSTM(2, 3, layers, bidirectional=both, batch_first=True).double()
    x, one = torch.randn(1, 7, 2).double(), stack(layers, both, True)
    out, (h_n, _) = lstm(x)
    _, state = lstm(x[:, :2])
    _, (carried, _) = lstm(x[:, 2:], state)
    marks_of_lines, ends = [], []
    for k, (layer, back) in enumerate(one.lines):
        end = 0 if back else 6
        if layer == layers - 1:
            assert torch.equal(out[:, end, 3 * back : 3 * back + 3], h_n[k])
        ends.append(f"h_n[{k}]: after x{end}")
        gap = (state[0] if back else carried)[k] - h_n[k]  # backwards it ends in the first piece
        marks_of_lines.append("✓" if gap.abs().max() < 1e-12 else "✗")
    said = texts(one)
    assert [text for text in said if text.startswith("h_n")] == ends
    assert [text for text in said if text in ("✓", "✗")] == marks_of_lines
    assert said.count("out") == 7 * (1 + both)
    assert ("all is as if uncut" in one.says()) == ("✗" not in marks_of_lines)
    assert f"h_n stacks {len(h_n)} final" in one.says()
