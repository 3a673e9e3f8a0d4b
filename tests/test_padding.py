"""Lesson 03: how far zeros drive the state, judged by torch; and which step is right, counted in the head."""

import itertools
import re
from xml.etree import ElementTree

import numpy as np
import pytest
import torch
from matplotlib.figure import Figure

import lstm_demo as ld
from lstm_demo.lessons import padding
from lstm_demo.lessons.padding import CURES, MOST, READS, STARTS, check_last_real, meter, reading, weights
from lstm_demo.show import drawn
from lstm_demo.torch_lstm import load_params

D = [[-1.0], [-1.1]]
every_cure = pytest.mark.parametrize("cure", CURES)
every_start = pytest.mark.parametrize("start", STARTS)


def texts(picture):
    """Every word that is drawn, in order."""
    return [t.text for t in ElementTree.fromstring(drawn(picture).svg()).iter("{http://www.w3.org/2000/svg}text")]


def judge(start):
    """torch's own layer with the starting weights: a function from steps (n, 1) to its last h."""
    lstm = torch.nn.LSTM(1, padding.UNITS, batch_first=True).double()
    load_params(lstm, weights(start))
    return lambda steps: lstm(torch.tensor([steps], dtype=torch.float64))[1][0][0, 0].detach().numpy()


def test_the_weights_are_those_of_torch_and_of_keras_and_leave_the_global_generator_alone():
    torch.manual_seed(5)
    before = torch.get_rng_state()
    params = weights("PyTorch", seed=11)
    assert torch.equal(torch.get_rng_state(), before)
    torch.manual_seed(11)
    lstm = torch.nn.LSTM(1, 16)
    np.testing.assert_array_equal(params.weight_hh, lstm.weight_hh_l0.detach().double())
    np.testing.assert_allclose(params.bias, (lstm.bias_ih_l0 + lstm.bias_hh_l0).detach().double(), atol=1e-7)
    keras = weights("Keras")
    assert keras.bias.tolist() == [0] * 16 + [1] * 16 + [0] * 32
    np.testing.assert_allclose(keras.weight_hh.T @ keras.weight_hh, np.eye(16), atol=1e-12)


# --- the meter --------------------------------------------------------------------------------------------------------


@every_start
@every_cure
def test_the_meter_says_what_torch_says_of_the_series_with_its_zeros(start, cure):
    h = judge(start)
    true = h(D)
    for zeros in range(MOST + 1):
        none = [[0.0]] * zeros
        # A mask skips the zeros. A reset begins anew at the first real step: in front that skips them too.
        front = D if cure != "none" else none + D
        behind = D if cure == "mask" else D + none
        for side, read in (("left", front), ("right", behind)):
            percent = 100 * np.linalg.norm(h(read) - true) / np.linalg.norm(true)
            assert meter(zeros, start, cure).off[side][zeros] == pytest.approx(percent, abs=1e-9)


@every_start
@every_cure
def test_what_is_exact_and_what_is_not_is_what_one_expects(start, cure):
    left, right = (meter(MOST, start, cure).off[side][1:] for side in ("left", "right"))
    assert (left < 1e-9).all() if cure != "none" or start == "Keras" else (left > 1).all()
    assert (right < 1e-9).all() if cure == "mask" else (right > 1).all()
    assert (meter(0, start, cure).off["left"][0], meter(0, start, cure).off["right"][0]) == (0, 0)


@every_cure
def test_the_rows_hold_the_series_and_so_many_zeros_and_the_curves_reach_so_far(cure):
    for zeros in range(MOST + 1):
        one = meter(zeros, "PyTorch", cure)
        said = texts(one)
        assert (said.count("-1"), said.count("-1.1"), said.count("D")) == (2, 2, 4)
        assert said.count("0") == 2 * zeros + 1  # and the 0 of the axis
        assert said.count("—") == (2 * zeros if cure == "mask" else 0)
        assert said.count("R") == (2 if cure == "reset" else 0)
        judged = [t for t in said if t[0] in "✓✗"]
        assert [t[0] == "✓" for t in judged] == [not zeros or cure != "none", not zeros or cure == "mask"]
        assert [float(t[2:-2]) for t in judged] == [round(one.off[side][zeros]) for side in ("left", "right")]


@every_cure
def test_the_padding_of_both_rows_fills_under_the_curve_from_0_to_the_point_that_is_reached(cure):
    for zeros in range(MOST + 1):
        one, ax = meter(zeros, "PyTorch", cure), Figure().add_subplot()
        one.draw(ax)
        squares = [p for p in ax.patches if p.get_fill()]
        top, bottom = sorted({p.get_y() for p in squares})
        for row, begin in ((top, 0), (bottom, -2)):
            places = [(p.get_x(), bool(p.get_hatch())) for p in squares if p.get_y() == row]
            assert [x for x, _ in places] == list(range(begin, begin + zeros + 2))
            assert [x for x, hatched in places if hatched] == list(range(zeros))
        assert [p.get_xy() for p in ax.patches if not p.get_fill()] == [(zeros + 1, top), (zeros - 1, bottom)]
        reached = [line for line in ax.lines if line.get_markersize() == 11]
        want = [[zeros, one.level(one.off[side][zeros])] for side in ("left", "right")]
        assert [line.get_xydata().tolist() for line in reached] == [[point] for point in want]
        curves = [line.get_xydata().tolist() for line in ax.lines if line.get_markersize() == 5]
        assert [(len(curve), curve[-1]) for curve in curves] == [(zeros + 1, point) for point in want]


@every_start
def test_the_sentence_of_the_meter_says_the_numbers_of_its_rows(start):
    for zeros, cure in itertools.product((0, 1, 7, MOST), CURES):
        one = meter(zeros, start, cure)
        spoken = re.fullmatch(r".* in front the last h is (.*); with \d+ behind it is (.*)\.", one.says()).groups()
        judged = [t for t in texts(one) if t[0] in "✓✗"]
        far = ["the true one" if t[0] == "✓" else f"{t[2:]} away from the true one" for t in judged]
        assert [*spoken] == far
        assert f"{zeros} zero{'s' * (zeros != 1)} in front" in one.says()
        assert start in one.says()


# --- which step to read -----------------------------------------------------------------------------------------------

# Columns that are right to read, by lane, of A to D with 2, 3, 4 and 2 steps.
TRUE = {
    ("none", "left", 4): [[], [], [3], []],
    ("none", "right", 4): [[1], [2], [3], [1]],
    ("reset", "left", 4): [[3], [3], [3], [3]],
    ("reset", "right", 4): [[1], [2], [3], [1]],
    ("mask", "left", 4): [[3], [3], [3], [3]],
    ("mask", "right", 4): [[1, 2, 3], [2, 3], [3], [1, 2, 3]],
    ("none", "left", 5): [[], [], [], []],
    ("none", "right", 5): [[1], [2], [3], [1]],
    ("reset", "left", 5): [[4], [4], [4], [4]],
    ("reset", "right", 5): [[1], [2], [3], [1]],
    ("mask", "left", 5): [[4], [4], [4], [4]],
    ("mask", "right", 5): [[1, 2, 3, 4], [2, 3, 4], [3, 4], [1, 2, 3, 4]],
}
AT = {
    "last column": lambda side, columns: [columns - 1] * 4,
    "index n - 1": lambda side, columns: [1, 2, 3, 1],
    "last real step": lambda side, columns: [columns - 1] * 4 if side == "left" else [1, 2, 3, 1],
}


@pytest.mark.parametrize(("cure", "side", "columns"), TRUE)
@pytest.mark.parametrize("read", READS)
def test_the_true_h_stands_where_one_counts_it_and_is_read_or_not(read, cure, side, columns):
    one = reading(read, cure, columns).sides[side]
    assert [np.flatnonzero(lane < 1e-9).tolist() for lane in one.off] == TRUE[cure, side, columns]
    assert one.at.tolist() == AT[read](side, columns)
    want = [t in true for t, true in zip(one.at, TRUE[cure, side, columns], strict=True)]
    assert one.right.tolist() == want


def test_distances_in_the_squares_are_those_of_torch():
    h, series = judge("PyTorch"), ld.four_labels()[0]
    side = reading("last column", "none", 5).sides["right"]
    for k, one in enumerate(series):
        true = h(one.tolist())
        steps = [*one.tolist(), *[[0.0]] * (5 - len(one))]
        for t in range(5):
            percent = 100 * np.linalg.norm(h(steps[: t + 1]) - true) / np.linalg.norm(true)
            assert side.off[k, t] == pytest.approx(percent, abs=1e-9)


@pytest.mark.parametrize("setting", [*itertools.product(READS, CURES, (4, 5))])
def test_the_picture_and_its_sentence_judge_each_series_as_it_is_read(setting):
    one = reading(*setting)
    judged = [t for t in texts(one) if re.fullmatch("✓ true|✗ .* %", t)]
    right = np.concatenate([side.right for side in one.sides.values()])
    assert [t[0] == "✓" for t in judged] == right.tolist()
    halves = one.says().split(": padded on the left, ")[1].split("; padded on the right, ")
    for half, side in zip(halves, one.sides.values(), strict=True):
        wrong = [name for name, good in zip("ABCD", side.right, strict=True) if not good]
        good, _, bad = half.rstrip(".").replace("all are wrong", "right, A B C D wrong").partition("right")
        assert (re.findall(r"\b[A-D]\b", bad), "all are" in good) == (wrong, not wrong)


# --- the exercise -----------------------------------------------------------------------------------------------------


def by_loops(h, mask):
    """As a learner may write it: walk along each lane."""
    found = []
    for states, real in zip(h.tolist(), mask.tolist(), strict=True):
        for state, step_is_real in zip(states, real, strict=True):
            if step_is_real:
                last = state
        found.append(last)
    return found


def by_torch(h, mask):
    steps = torch.arange(1, mask.shape[1] + 1) * torch.tensor(mask)
    return torch.tensor(h)[torch.arange(len(h)), steps.argmax(dim=1)]


@pytest.mark.parametrize("answer", [by_loops, by_torch])
def test_the_last_real_step_passes_however_it_is_found(answer):
    assert check_last_real(answer).passed
