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
from lstm_demo.lessons.padding import CURES, MOST, READS, STARTS, meter, reading, weights
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
        one = meter(zeros, start, cure)
        for side, read in (("left", front), ("right", behind)):
            percent = 100 * np.linalg.norm(h(read) - true) / np.linalg.norm(true)
            assert one.off[side][zeros] == pytest.approx(percent, abs=1e-9)
        assert one.exact("left") == (not zeros or cure != "none" or start == "Keras")
        assert one.exact("right") == (not zeros or cure == "mask")


@every_start
@every_cure
@pytest.mark.parametrize("zeros", [0, 1, 7, MOST])
def test_the_rows_and_the_sentence_say_what_is_told_and_how_far_off_it_is(zeros, start, cure):
    one = meter(zeros, start, cure)
    said = texts(one)
    assert (said.count("-1"), said.count("-1.1"), said.count("D")) == (2, 2, 4)
    assert said.count("0") == 2 * zeros + 1  # and the 0 of the axis
    assert said.count("—") == (2 * zeros if cure == "mask" else 0)
    assert said.count("R") == (2 if cure == "reset" else 0)
    judged = [t for t in said if t[0] in "✓✗"]
    assert [t[0] == "✓" for t in judged] == [one.exact(side) for side in ("left", "right")]
    assert [float(t[2:-2]) for t in judged] == [round(one.off[side][zeros]) for side in ("left", "right")]
    spoken = re.fullmatch(r".* in front the last h is (.*); with \d+ behind it is (.*)\.", one.says()).groups()
    assert [*spoken] == ["the true one" if t[0] == "✓" else f"{t[2:]} away from the true one" for t in judged]
    assert f"{start} start, {CURES[cure]}: with {zeros} zero{'s' * (zeros != 1)} in front" in one.says()


@every_cure
def test_the_padding_of_both_rows_fills_under_the_curve_from_0_to_the_point_that_is_reached(cure):
    for zeros in range(MOST + 1):
        one, ax = meter(zeros, "PyTorch", cure), Figure().add_subplot()
        one.draw(ax)
        squares = [p for p in ax.patches if p.get_fill()]
        top, bottom = sorted({p.get_y() for p in squares})
        for row, begin in ((top, 0), (bottom, -2)):
            places = [(p.get_x(), bool(p.get_hatch())) for p in squares if p.get_y() == row]
            assert places == [(x, 0 <= x < zeros) for x in range(begin, begin + zeros + 2)]
        assert [p.get_xy() for p in ax.patches if not p.get_fill()] == [(zeros + 1, top), (zeros - 1, bottom)]
        for size, first in ((11, zeros), (5, 0)):  # where it stands, and the curve up to there
            found = [line.get_xydata().tolist() for line in ax.lines if line.get_markersize() == size]
            levels = [one.off[side][first : zeros + 1] for side in ("left", "right")]
            assert found == [[[first + k, one.level(off)] for k, off in enumerate(side)] for side in levels]


# --- which step to read -----------------------------------------------------------------------------------------------

# Columns that are right to read, by lane, of A to D with 2, 3, 4 and 2 steps.
TRUE = {
    ("none", "left", 4): [[], [], [3], []],
    ("none", "right", 4): [[1], [2], [3], [1]],
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
    halves = one.says().partition(" that h is the true one of ")[2].split(";")
    for half, side in zip(halves, one.sides.values(), strict=True):
        assert re.findall(r"\b[A-D]\b", half) == [*itertools.compress("ABCD", side.right)]
        assert ("none" in half) == (not side.right.any())
