"""What the fuzz knows of `explore` for lessons 01 and 04 to 07."""

import numpy as np
from hypothesis import strategies as st

import lstm_demo as ld
from lstm_demo import explore, plots, trajectory

from .case import Case, few, near, read, takes, torch_run
from .explore import judge_shown
from .names import texts

NETS = {"one": ld.init_params(38, 3, seed=1), "other": ld.init_params(38, 3, seed=2)}
CLOUD = explore.states_of(NETS["one"], "LATIN SMALL")
PLANE = trajectory.projection(CLOUD)
ONE = ld.init_params(1, 2, seed=1)
ROW = np.array([0.5, -1.0, 0.3, 0.8, -0.2])
SAMPLES = np.random.default_rng(0).normal(size=(6, 2, 1))
STARTS = [ld.State(np.zeros((1, 2)), np.full((1, 2), c)) for c in (0.5, -0.5)]


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


def judge_starts(given, result):
    distance, foreseen = result
    assert len(distance) == len(foreseen) == len(given["x"]) + 1
    near(distance[0], foreseen[0])


def judge_carried(given, traces):
    """With both states carried on, what follows is as without a cut; the others begin from what they say."""
    x, cut = read(given["x"]).astype(float), int(given["cut"])
    if np.abs(x).max() < 1e3:
        h, c, _ = torch_run(given["params"], x)
        near(traces["h and c"].h, h[:, cut:]), near(traces["h and c"].c, c[:, cut:])
        near(traces["h alone"].start.h, h[:, cut - 1]), near(traces["c alone"].start.c, c[:, cut - 1])
    assert not traces["h alone"].start.c.any()
    assert not traces["c alone"].start.h.any()


def judge_perturbed(given, distance):
    assert len(distance) == len(given["text"]) - int(given["place"])
    assert (distance[0] == 0) == (given["letter"].upper() == given["text"][int(given["place"])].upper())


def judge_fading(given, data):
    assert data.names == tuple(given["distances"])
    assert all(row[0] == 100 or np.isnan(row).any() for row in data.percent)


def judge_states(given, states):
    assert states.shape == (len(given["text"]), 3)


def judge_portrait(given, data):
    assert len(data.read) == len(data.paths) <= len(given["names"])
    assert data.step == int(given["step"])
    assert [len(path) for path in data.paths] == [len(text) for text in data.read]


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


planes = {"plane": st.just(PLANE), "cloud": st.just(CLOUD), "part": st.sampled_from(["h", "c"])}
two_names = st.sampled_from([["LATIN", "A"], ("A", "SNOWMAN")])
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
    "explore.two_starts": Case(
        takes(params=st.just(ONE), x=st.just(ROW[:, None]), starts=st.just(STARTS)),
        explore.two_starts,
        judge_starts,
        share=4,
    ),
    "explore.carried": Case(
        takes(params=st.just(ONE), x=st.just(SAMPLES.reshape(3, 4, 1)), cut=st.integers(1, 3)),
        explore.carried,
        judge_carried,
        share=3,
    ),
    "explore.perturbed": Case(
        takes(params=st.just(NETS["one"]), text=st.just("LATIN"), place=few, letter=st.sampled_from("TN ")),
        explore.perturbed,
        judge_perturbed,
        names=("name",),
        share=3,
    ),
    "explore.fading_of": Case(
        takes(
            title=texts,
            distances=st.just({"a": ROW + 1, "b": np.array([2.0, 1, 0.5, np.nan, np.nan])}),
            foreseen=st.sampled_from([None, {"a": ROW, "b": ROW}]),
            read=st.sampled_from(["", "ABCDE"]),
        ),
        explore.fading_of,
        judge_fading,
        share=3,
    ),
    "explore.states_of": Case(
        takes(params=st.just(NETS["one"]), text=texts, part=st.sampled_from(["h", "c"])),
        explore.states_of,
        judge_states,
        names=("name",),
        share=2,
    ),
    "explore.portrait_of": Case(
        takes(params=st.just(NETS["one"]), names=two_names, step=few, whose=texts, **planes),
        explore.portrait_of,
        judge_portrait,
        share=4,
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
    "explore.explore_perturb": Case(
        takes(params=st.just(NETS), text=texts), explore.explore_perturb, judge_shown, share=0.5
    ),
    "explore.explore_trajectory": Case(
        takes(params=st.just(NETS["one"]), names=two_names, **planes),
        explore.explore_trajectory,
        judge_shown,
        share=0.7,
    ),
}
