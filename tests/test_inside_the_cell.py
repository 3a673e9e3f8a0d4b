"""Lesson 02: its belt against plain floats, its layers against torch, its checks against answers by hand."""

import itertools
import math
import re

import numpy as np
import pytest
import torch
from matplotlib.colors import to_hex
from matplotlib.figure import Figure

import lstm_demo as ld
from lstm_demo import marks
from lstm_demo.lessons.inside_the_cell import TALL, UNIT, VALVES, check_step, check_weights, conveyor, lasting, stack

GIVEN = list(itertools.product((-3.0, -0.4, 0.0, 2.5), (-1.0, 0.3), (-2.0, 0.0, 1.7)))


def sigmoid(z):
    return 1 / (1 + math.exp(-z))


def by_hand(x, h, c):
    """Gates i, f, o, candidate g, and the new c and h, written out."""
    i, f, o = sigmoid(1.5 * x + 0.5 * h), sigmoid(-0.5 * x + 0.5 * h + 1), sigmoid(0.8 * x + h)
    g = math.tanh(1.2 * x - 0.8 * h)
    new = f * c + i * g
    return {"i": i, "f": f, "g": g, "o": o, "c": new, "h": o * math.tanh(new)}


def parts(one):
    return one.gates._asdict() | one.new._asdict()


def pieces(one):
    """What is drawn over the pipes: [(colour, hatch, height, width)], and the axes."""
    ax = Figure().add_axes((0, 0, 1, 1))
    one.draw(ax)
    boxes = [(to_hex(p.get_facecolor()), p.get_hatch(), *np.ptp(p.get_xy(), axis=0)[::-1]) for p in ax.patches]
    return boxes, ax


def texts(one):
    return [text.get_text() for text in pieces(one)[1].texts]


def two(value):
    return f"{value:.2f}".replace("-0.00", "0.00")


# --- the belt --------------------------------------------------------------------------------------------------------


def test_the_step_on_the_belt_is_that_of_plain_floats():
    for given in GIVEN:
        assert parts(conveyor(*given)) == pytest.approx(by_hand(*given), abs=1e-14)


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


def test_a_flow_is_as_thick_as_its_number_and_striped_below_zero():
    for given in GIVEN:
        one, want = conveyor(*given), by_hand(*given)
        flows = [box[:3] for box in pieces(one)[0]]
        for value in filter(None, (given[2], want["f"] * given[2], want["c"])):  # on the belt
            look = (marks.CELL.lower(), None) if value > 0 else (marks.PAPER.lower(), "\\\\")
            assert (*look, pytest.approx(UNIT * abs(value))) in flows


@pytest.mark.parametrize("name", "ifo")
def test_the_blades_of_a_valve_leave_free_as_much_as_the_gate_is_open(name):
    for given in GIVEN:
        boxes, _ = pieces(conveyor(*given))
        across = [(high, wide)[name == "i"] for colour, _, high, wide in boxes if colour == marks.GATES[name].lower()]
        width = TALL if name == "f" else UNIT
        assert len(across) == 2
        shut = sum(across) - 16  # each blade begins 8 points outside of the pipe
        assert 1 - shut / width == pytest.approx(by_hand(*given)[name], abs=1e-9)


def test_the_step_comes_move_by_move_and_tells_nothing_before_its_time():
    said = ["g = 0.66", "f·c = 0.68", "c = f·c + i·g = 1.24", "h = 0.67"]
    for stage in range(5):
        shown = texts(conveyor(stage=stage))
        assert [words in shown for words in said] == [k < stage for k in range(4)]
        assert ("f = 0.68" in shown) == (stage > 0) == ("f = ?" not in shown)
        words = ("c = 1.00", "f = 0.68, i = 0.85, o = 0.79", "keeps 68%", "c becomes 1.24", "h = 0.67")
        told = [word in conveyor(stage=stage).says() for word in words]
        assert told == [True, stage == 1, stage >= 2, stage >= 3, stage == 4]


def test_the_numbers_of_the_sentence_are_those_of_the_picture():
    for given in GIVEN:
        one, want = conveyor(*given), by_hand(*given)
        said = re.findall(r"-?\d+\.\d\d", one.says())
        assert said == [two(v) for v in (*given, *(want[k] for k in "gch"))]
        assert re.findall(r"(\d+)%", one.says()) == [f"{100 * want[k]:.0f}" for k in "fio"]
        assert set(said) <= set(re.findall(r"-?\d+\.\d\d", " ".join(texts(one))))


# --- how long c lasts ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("bias", [0, 1, 3, 5, 9])
def test_c_is_the_geometric_series_that_it_must_be(bias):
    f, t = sigmoid(bias), np.arange(201)
    np.testing.assert_allclose(lasting(bias, False).c, f**t, atol=1e-12)
    np.testing.assert_allclose(lasting(bias, True).c, 0.5 * math.tanh(0.5) * (1 - f**t) / (1 - f), atol=1e-9)
    for writes in (False, True):
        one = lasting(bias, writes)
        np.testing.assert_allclose(one.h, sigmoid(2) * np.tanh(one.c[1:]), atol=1e-12)
    assert f**one.half_life == pytest.approx(0.5)


@pytest.mark.parametrize("writes", [False, True])
def test_h_is_drawn_dashed_and_c_solid_each_with_its_last_value_at_its_end(writes):
    one = lasting(3, writes)
    ax = Figure().add_axes((0, 0, 1, 1))
    one.axes(ax)
    one.draw(ax)
    c, h = (line for line in ax.lines if len(line.get_xdata()) > 100)
    assert c.get_xydata().tolist() == [[t, v] for t, v in enumerate(one.c)]
    assert h.get_xydata().tolist() == [[t, v] for t, v in enumerate(one.h, 1)]
    assert (c.is_dashed(), h.is_dashed()) == (False, True)
    assert c.get_color() != h.get_color()
    ends = {text.get_text(): text.get_color() for text in ax.texts if text.get_weight() == "bold"}
    assert ends == {f"c = {two(one.c[-1])}": c.get_color(), f"h = {two(one.h[-1])}": h.get_color()}


# --- layers and directions, judged by torch --------------------------------------------------------------------------

STACKS = [*itertools.product((1, 2, 3), (False, True))]


def of_torch(layers, both):
    torch.manual_seed(layers)
    return torch.nn.LSTM(2, 3, layers, bidirectional=both, batch_first=True).double(), torch.randn(1, 7, 2).double()


@pytest.mark.parametrize(("layers", "both"), STACKS)
def test_a_line_is_marked_as_uncut_where_torch_gives_the_same(layers, both):
    lstm, x = of_torch(layers, both)
    whole = lstm(x)
    first, state = lstm(x[:, :2])
    second, (h_n, _) = lstm(x[:, 2:], state)
    out = (torch.cat([first, second], 1) - whole[0]).abs().amax((0, 1))
    one = stack(layers, both, True)
    for k, (layer, back) in enumerate(one.lines):
        off = (h_n[k] - whole[1][0][k]).abs().max()
        if back:  # its last state is at step 0, in the first piece
            off = (lstm(x[:, :2])[1][0][k] - whole[1][0][k]).abs().max()
        if layer == layers - 1:
            off = torch.maximum(off, out[3 * back : 3 * back + 3].max())
        assert one.as_uncut(layer, back) == bool(off < 1e-12), (layer, back, off)
    marked = [text for text in texts(one) if text in "✓✗" and text]
    assert marked == ["✓" if one.as_uncut(*line) else "✗" for line in one.lines]


@pytest.mark.parametrize(("layers", "both"), STACKS)
def test_final_states_are_stacked_and_end_where_the_picture_says(layers, both):
    lstm, x = of_torch(layers, both)
    out, (h_n, _) = lstm(x)
    one = stack(layers, both)
    assert len(one.lines) == len(h_n)
    said = [text for text in texts(one) if text.startswith("h_n")]
    for k, (layer, back) in enumerate(one.lines):
        end = 0 if back else 6
        assert said[k] == f"h_n[{k}]: after x{end}"
        if layer == layers - 1:
            assert torch.equal(out[:, end, 3 * back : 3 * back + 3], h_n[k])
    heights = [text.get_position()[1] for text in pieces(one)[1].texts if text.get_text() == "out"]
    assert sorted(heights) == [
        k + 0.5 for k, (layer, _) in enumerate(one.lines) if layer == layers - 1 for _ in range(7)
    ]


# --- the checks, against answers as learners write them --------------------------------------------------------------


def step_by_hand(params, x, h, c):
    z = x @ params.weight_ih.T + h @ params.weight_hh.T + params.bias
    i, f, g, o = np.split(z, 4, axis=1)
    new = 1 / (1 + np.exp(-f)) * c + 1 / (1 + np.exp(-i)) * np.tanh(g)
    return 1 / (1 + np.exp(-o)) * np.tanh(new), new


def in_float32(params, x, h, c):
    params = ld.Params(*(a.astype(np.float32) for a in params))
    return step_by_hand(params, *(a.astype(np.float32) for a in (x, h, c)))


def with_gradients(*given):
    return [torch.tensor(part, requires_grad=True) for part in step_by_hand(*given)]


def by_torch(params, x, h, c):
    lstm = torch.nn.LSTMCell(x.shape[1], h.shape[1]).double()
    weights = (params.weight_ih, params.weight_hh, params.bias, 0 * params.bias)
    for parameter, value in zip(lstm.parameters(), weights, strict=True):
        parameter.data = torch.tensor(value)
    with torch.no_grad():
        return lstm(torch.tensor(x), (torch.tensor(h), torch.tensor(c)))


def then_spoilt(params, x, h, c):
    right = step_by_hand(params, x, h, c)
    for given in (*params, x, h, c):
        given[...] = 0
    return right


def without_bias(params, x, h, c):
    params.bias[:] = 0
    return step_by_hand(params, x, h, c)


def for_three_units_only(params, x, h, c):
    z = x @ params.weight_ih.T + h @ params.weight_hh.T + params.bias
    i, f, g, o = z[:, :3], z[:, 3:6], z[:, 6:9], z[:, 9:12]
    new = 1 / (1 + np.exp(-f)) * c + 1 / (1 + np.exp(-i)) * np.tanh(g)
    return 1 / (1 + np.exp(-o)) * np.tanh(new), new


@pytest.mark.parametrize("step", [step_by_hand, in_float32, with_gradients, by_torch, then_spoilt])
def test_the_right_step_passes_however_it_is_computed(step):
    assert check_step(step).passed
    assert check_step(lambda *given: np.stack([np.asarray(torch.as_tensor(p).detach()) for p in step(*given)])).passed


@pytest.mark.parametrize(
    ("step", "words"),
    [
        (without_bias, "The bias is missing"),
        (for_three_units_only, "raised ValueError"),
        (lambda p, x, h, c: None, "return the new h and the new c"),
        (lambda p, x, h, c: (h, c, c), "shape (3, 4, 3); expected (2, 4, 3)"),
        (lambda p, x, h, c: h, "shape (4, 3)"),
        (lambda p, x, h, c: step_by_hand(p, 2 * x, h, c), "Check z first"),
    ],
)
def test_a_step_that_is_wrong_or_unfinished_is_told_so(step, words):
    verdict = check_step(step)
    assert not verdict.passed
    assert words in verdict.sentence


RIGHT = {
    "as in the solution": ([100, 100, 0, 0], [-50, 50, 50, 0]),
    "g says what x is, i shuts at -1": ([100, 100, 50, 0], [50, 50, 0, 0]),
    "arrays, and h shown": (np.array([60.0, 60, 0, 0]), np.array([-30.0, 30, 40, 40])),
}


@pytest.mark.parametrize("which", RIGHT)
def test_any_weights_that_count_and_wipe_are_right(which):
    assert check_weights(lambda: RIGHT[which]).passed


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (lambda: None, "four weights and four biases"),
        (lambda: ([1, 2], [3, 4]), "raised"),
        (lambda: 3, "raised"),
        (lambda: ([9, 9, 0, 0], [-4, 4, 9, 0]), "Sums of 50"),  # half open still
        (lambda: ([0] * 4, [50, 50, 50, 0]), "counts every step"),
    ],
)
def test_weights_that_do_something_else_are_told_what(answer, words):
    verdict = check_weights(answer)
    assert not verdict.passed
    assert words in verdict.sentence
