"""Lesson 02: its belt against plain floats, its layers against torch."""

import itertools
import math
import re

import numpy as np
import pytest
import torch
from matplotlib.colors import to_hex
from seen import drawn_on

from lstm_demo import marks
from lstm_demo.lessons.inside_the_cell import TALL, UNIT, VALVES, check_weights, conveyor, lasting, stack

GIVEN = list(itertools.product((-3.0, -0.4, 0.0, 2.5), (-1.0, 0.3), (-2.0, 0.0, 1.7)))


def sigmoid(z):
    return 1 / (1 + math.exp(-z))


def by_hand(x, h, c):
    """Gates i, f, o, candidate g, and the new c and h, written out."""
    i, f, o = sigmoid(1.5 * x + 0.5 * h), sigmoid(-0.5 * x + 0.5 * h + 1), sigmoid(0.8 * x + h)
    g = math.tanh(1.2 * x - 0.8 * h)
    new = f * c + i * g
    return {"i": i, "f": f, "g": g, "o": o, "c": new, "h": o * math.tanh(new)}


def texts(one):
    return [text.get_text() for text in drawn_on(one).texts]


def two(value):
    return f"{value:.2f}".replace("-0.00", "0.00")


# --- the belt --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("given", GIVEN)
def test_the_step_on_the_belt_is_that_of_plain_floats_and_drawn_and_said_in_its_numbers(given):
    one, want, c = conveyor(*given), by_hand(*given), given[2]
    assert one.gates._asdict() | one.new._asdict() == pytest.approx(want, abs=1e-14)
    ax = drawn_on(one)
    boxes = [(to_hex(p.get_facecolor()), p.get_hatch(), *np.ptp(p.get_xy(), axis=0)) for p in ax.patches]
    flows = [(color, hatch, high) for color, hatch, _, high in boxes]
    for value in filter(None, (c, want["f"] * c, want["c"])):  # as thick as its number, striped below zero
        look = (marks.CELL.lower(), None) if value > 0 else (marks.PAPER.lower(), "\\\\")
        assert (*look, pytest.approx(UNIT * abs(value))) in flows
    for name in "ifo":  # two blades leave free as much as the gate is open
        blades = [box[2] if name == "i" else box[3] for box in boxes if box[0] == marks.GATES[name].lower()]
        shut = sum(blades) - 16  # each begins 8 points outside of the pipe
        assert len(blades) == 2
        assert 1 - shut / (TALL if name == "f" else UNIT) == pytest.approx(want[name], abs=1e-9)
    said, shown = (re.findall(r"-?\d+\.\d\d", text) for text in (one.says(), " ".join(texts(one))))
    assert said == [two(v) for v in (*given, *(want[k] for k in "gch"))]
    assert set(said) <= set(shown)
    assert re.findall(r"(\d+)%", one.says()) == [f"{100 * want[k]:.0f}" for k in "fio"]


def test_valves_set_by_hand_do_what_one_reckons_in_the_head():
    for x, h, c in GIVEN:
        free = by_hand(x, h, c)
        want = {"hold": c, "overwrite": free["g"], "add": c + free["g"], "wipe": 0, "hide": free["c"]}
        for valves, after in want.items():
            one = conveyor(x, h, c, valves)
            assert one.new.c == pytest.approx(after, abs=1e-14)
            assert one.gates.g == pytest.approx(free["g"], abs=1e-14)
            assert (one.new.h == 0) == (valves == "hide" or one.new.c == 0)
        assert conveyor(x, h, c, "hold").new.c == c  # to the last bit
    assert set(VALVES) == {"as computed", *want}


def test_the_step_comes_move_by_move_and_tells_nothing_before_its_time():
    said = ["g = 0.66", "f·c = 0.68", "c = f·c + i·g = 1.24", "h = 0.67"]
    for stage in range(5):
        shown = texts(conveyor(stage=stage))
        assert [words in shown for words in said] == [k < stage for k in range(4)]
        assert ("f = 0.68" in shown) == (stage > 0) == ("f = ?" not in shown)
        words = ("c = 1.00", "f = 0.68, i = 0.85, o = 0.79", "keeps 68%", "c becomes 1.24", "h = 0.67")
        told = [word in conveyor(stage=stage).says() for word in words]
        assert told == [True, stage == 1, stage >= 2, stage >= 3, stage == 4]


# --- how long c lasts ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("writes", [False, True])
@pytest.mark.parametrize("bias", [0, 1, 3, 5, 9])
def test_c_is_the_geometric_series_that_it_must_be_drawn_solid_and_h_dashed_each_with_its_end(bias, writes):
    one, f, t = lasting(bias, writes), sigmoid(bias), np.arange(201)
    written = 0.5 * math.tanh(0.5) * (1 - f**t) / (1 - f)
    np.testing.assert_allclose(one.c, written if writes else f**t, atol=1e-9 if writes else 1e-12)
    np.testing.assert_allclose(one.h, sigmoid(2) * np.tanh(one.c[1:]), atol=1e-12)
    assert f**one.half_life == pytest.approx(0.5)
    ax = drawn_on(one)
    c, h = (line for line in ax.lines if len(line.get_xdata()) > 100)
    assert c.get_xydata().tolist() == [[t, v] for t, v in enumerate(one.c)]
    assert h.get_xydata().tolist() == [[t, v] for t, v in enumerate(one.h, 1)]
    assert (c.is_dashed(), h.is_dashed()) == (False, True)
    bold = {text.get_text(): text.get_color() for text in ax.texts if text.get_weight() == "bold"}
    ends = {said: color for said, color in bold.items() if " = " in said}
    assert ends == {f"c = {two(one.c[-1])}": c.get_color(), f"h = {two(one.h[-1])}": h.get_color()}


# --- layers and directions, judged by torch --------------------------------------------------------------------------


@pytest.mark.parametrize("both", [False, True])
@pytest.mark.parametrize("layers", [1, 2, 3])
def test_what_a_cut_leaves_as_it_is_and_where_final_states_stand_is_so_in_torch(layers, both):
    torch.manual_seed(layers)
    lstm = torch.nn.LSTM(2, 3, layers, bidirectional=both, batch_first=True).double()
    x, one = torch.randn(1, 7, 2).double(), stack(layers, both, True)
    out, (h_n, _) = lstm(x)
    first, state = lstm(x[:, :2])
    second, (carried, _) = lstm(x[:, 2:], state)
    off = (torch.cat([first, second], 1) - out).abs().amax((0, 1))
    said = [text for text in texts(one) if text.startswith("h_n")]
    assert len(said) == len(one.lines) == len(h_n)
    for k, (layer, back) in enumerate(one.lines):
        end = 0 if back else 6
        gap = ((state[0] if back else carried)[k] - h_n[k]).abs().max()  # backwards it ends in the first piece
        if layer == layers - 1:
            gap = torch.maximum(gap, off[3 * back : 3 * back + 3].max())
            assert torch.equal(out[:, end, 3 * back : 3 * back + 3], h_n[k])
        assert one.as_uncut(layer, back) == bool(gap < 1e-12), (layer, back, gap)
        assert said[k] == f"h_n[{k}]: after x{end}"
    marked = [text for text in texts(one) if text in "✓✗" and text]
    assert marked == ["✓" if one.as_uncut(*line) else "✗" for line in one.lines]
    heights = {text.get_position()[1] for text in drawn_on(one).texts if text.get_text() == "out"}
    assert heights == {k + 0.5 for k, (layer, _) in enumerate(one.lines) if layer == layers - 1}


def test_any_weights_that_count_and_wipe_are_right():
    assert check_weights(lambda: ([100, 100, 50, 0], [50, 50, 0, 0])).passed  # g says what x is, i shuts at -1
    assert check_weights(lambda: (np.array([60.0, 60, 0, 0]), np.array([-30.0, 30, 40, 40]))).passed  # h is shown
