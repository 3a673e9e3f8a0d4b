"""What the fuzz knows of `explore` for lessons 04 to 06."""

import numpy as np
from hypothesis import strategies as st

import lstm_demo as ld
from lstm_demo import explore, plots

from .case import Case, few, near, read, takes
from .explore import judge_shown

ONE = ld.init_params(1, 2, seed=1)
ROW = np.array([0.5, -1.0, 0.3, 0.8, -0.2])


def judge_reach(given, data):
    """What a window can use and blame, counted by hand."""
    window, steps = int(given["window"]), len(data.used)
    past = np.tril(np.ones((steps, steps), bool))
    if given["loop"] in ("carried, cut", "not carried"):
        same = np.arange(steps)[:, None] // window == np.arange(steps) // window
        assert data.blamed.tolist() == (past & same).tolist()
    assert data.used.tolist() == (past & same if given["loop"] == "not carried" else past).tolist()


def judge_used(given, grid):
    assert not np.triu(grid, k=1).any()
    x, window = read(given["x"]), int(given["window"])
    if np.abs(x).max() < 1e3:
        same = np.arange(len(x))[:, None] // window == np.arange(len(x)) // window
        far = given["carry"] and given.get("attach", True)
        assert grid.tolist() == (np.tril(np.ones(grid.shape, bool)) & (same | far)).tolist()


def judge_flags(given, params):
    near(params.weight_ih[:, 1], read(given["weights"]))


def judge_held(given, data):
    assert len(data.mask) == 6 + int(given["pads"])
    assert data.off == 0 or given["told"] != "mask"


def judge_lags(_given, data):
    assert isinstance(data, plots.Lags)
    assert {errors.shape[1] for errors in data.errors.values()} == {len(data.lags)}


def judge_chosen(given, data):
    judge_lags(given, data)
    assert list(data.errors) == list(dict.fromkeys(given["states"]))
    assert data.window == int(given["window"])


def judge_answer(_given, data):
    assert data.points


CASES = {
    "explore.reach_of": Case(
        takes(window=few, loop=st.sampled_from([*explore.LOOPS])),
        explore.reach_of,
        judge_reach,
        share=2,
    ),
    "explore.used": Case(
        takes(params=st.just(ONE), x=st.just(ROW), window=few, carry=st.booleans()), explore.used, judge_used, share=3
    ),
    "explore.blamed": Case(
        takes(params=st.just(ONE), x=st.just(ROW), window=few, carry=st.booleans(), attach=st.booleans()),
        explore.blamed,
        judge_used,
        share=3,
    ),
    "explore.flag_params": Case(takes(weights=st.just(np.arange(4.0))), explore.flag_params, judge_flags, share=2),
    "explore.hold_weights": Case(
        takes(weight=few), explore.hold_weights, lambda g, w: near(w, np.array([-1, 1, 0, 0]) * float(g["weight"]))
    ),
    "explore.held": Case(
        takes(
            told=st.sampled_from([*explore.TOLD]),
            side=st.sampled_from(["left", "right"]),
            pads=few,
            weight=few,
        ),
        explore.held,
        judge_held,
        share=3,
    ),
    "explore.stored_lags": Case(
        takes(window=st.just(4), states=st.sampled_from([("carried", "reset"), ["reset"]])),
        explore.stored_lags,
        judge_chosen,
    ),
    "explore.stored_training": Case(
        takes(start=st.sampled_from(["PyTorch", "Keras"]), batches=st.sampled_from([300, 3000])),
        explore.stored_training,
        judge_answer,
    ),
    **{
        f"explore.explore_{name}": Case(takes(), getattr(explore, f"explore_{name}"), judge_shown, share=0.1)
        for name in ("held", "lags", "reach", "training")
    },
}
