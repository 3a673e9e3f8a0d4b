"""What the fuzz knows of the rooms that train: `echo` and `recall`; no training is long here."""

import copy
import math

import numpy as np
import torch
from hypothesis import strategies as st

from lstm_demo import State, echo, recall

from .case import Case, few, near, of_others, read, takes

ECHO = echo.new_net(0, 3)
between = st.sampled_from([echo.keep_value, echo.keep_nothing])
STREAMS = (echo.windows, echo.slow_windows)
SAID = torch.tensor([[[0.5], [0.5]], [[1.0], [-1.0]]])
RECALL = {way: recall.RecallNet(way, units=3) for way in recall.WAYS}


def strange(call):
    return of_others(call, "between", echo.BETWEEN.values())


def judge_windows(given, found):
    count, width, lag, lanes = (int(given[k]) for k in ("count", "width", "lag", "lanes"))
    heard, said = (torch.cat(part, dim=1)[..., 0] for part in zip(*found, strict=True))
    assert heard.shape == said.shape == (lanes, count * width)
    assert torch.equal(said[:, lag:], heard[:, : count * width - lag])
    assert not said[:, :lag].any()


def judge_slow(given, found):
    """Asked for as in `windows`; and a sign turns at no step, or at each, where that is sure."""
    judge_windows(given, found)
    heard = torch.cat([part for part, _ in found], dim=1)[..., 0]
    assert heard.abs().eq(1).all()
    if float(given["stay"]) in (0, 1):
        turned = heard[:, 1:] != heard[:, :-1]
        assert turned.all() if float(given["stay"]) == 0 else not turned.any()


def judge_mse(given, found):
    said, wanted = (read(given[k]).astype(float) for k in ("said", "wanted"))
    asked = wanted != 0
    if np.isfinite(said).all() and np.isfinite(wanted).all():
        near(found, ((said - wanted)[asked] ** 2).sum() / max(1, asked.sum()), 1e-2)


def judge_said(given, result):
    state = None if given["state"] is None else tuple(given["state"])
    out, (h, c) = given["net"].lstm(given["x"], state)
    assert tuple(result[0].shape) == (*given["x"].shape[:2], 1)
    for got, want in zip((result[0], *result[1]), (given["net"].head(out), h, c), strict=True):
        assert torch.equal(got, want) or not torch.isfinite(given["x"]).all()


def judge_new(given, net):
    """The same for the same seed, another for another."""
    same, other = (echo.new_net(seed, given["units"]) for seed in (given["seed"], int(given["seed"]) + 1))
    assert net.lstm.hidden_size == given["units"]
    assert torch.equal(net.head.weight, same.head.weight)
    assert not torch.equal(net.head.weight, other.head.weight)


def judge_attempt(given, found):
    """Where the graph is cut, each batch passes and visits as many nodes; from the second on, as a state is given."""
    if found is not None and given["between"] in echo.BETWEEN.values():
        assert found.error == ""
        assert len(found.nodes) == int(given["batches"])
        assert len({*found.nodes}) == 1


def judge_trained(given, net):
    """Something moved, and nothing by much more than the rate a step, as Adam's steps are."""
    if net is not None:
        moved = [(a - b).abs() for a, b in zip(net.parameters(), given["net"].parameters(), strict=True)]
        assert 0 < max(step.max() for step in moved) <= 2 * echo.RATE * int(given["updates"])


def learnt_copy(net, **given):
    other = copy.deepcopy(net)
    echo.learn(other, **given)
    return other


def judge_error(_given, found):
    assert found is None or (math.isfinite(found) and found >= 0)


def judge_many(given, found):
    lags, seeds = [*given["lags"]], [*given["seeds"]]
    assert [*found] == list(dict.fromkeys((lag, seed) for lag in lags for seed in seeds))
    if given["updates"] == 1:
        job = found[lags[0], seeds[0]]
        near(job, echo.measure(given["window"], lags[0], given["state"], seeds[0], updates=1), 1e-3)


@st.composite
def laid_rows(draw):
    laid = recall.laid(draw(st.sampled_from(["left", "right"])), 3, draw(few))
    return {"way": draw(st.sampled_from(recall.WAYS)), "x": laid.x, "mask": laid.mask}


def judge_final(given, state):
    """Where the way is exact, what each series alone gives."""
    x, mask = given["x"], given["mask"]
    if given["way"] not in ("mask", "closed gates") or mask is None or not mask.any(1).all():
        return
    if given["way"] == "closed gates" and not (mask.int().diff(dim=1) >= 0).all():
        return  # padding behind a series wipes its state
    for k, real in enumerate(mask):
        if torch.isfinite(x[k, real]).all() and x.abs().max() < 50:
            near(state.h[k], RECALL[given["way"]].net.lstm(x[None, k, real])[1][0][0, 0], 1e-4)


def judge_answers(given, found):
    assert tuple(found.shape) == (len(given["x"]),)
    net = RECALL[given["way"]]
    if torch.isfinite(given["x"]).all():
        near(found, net(given["x"], given["mask"]).h @ net.head.weight[0] + net.head.bias, 1e-4)


def judge_flagged(given, found):
    if given["x"].device.type != "cpu":
        return
    assert torch.equal(found[..., :-1], given["x"]) or torch.isnan(given["x"]).any()
    mask = torch.ones(found.shape[:2], dtype=torch.bool) if given["mask"] is None else given["mask"]
    assert torch.equal(found[..., -1] == 0, mask)


def judge_laid(given, found):
    assert found.x.shape == (int(given["count"]), int(given["width"]), 1)
    first = found.x[:, :, 0].gather(1, found.mask.int().argmax(dim=1)[:, None])[:, 0]
    assert torch.equal((first > 0).float(), found.positive)


def judge_learnt(_given, found):
    assert 0 <= found.accuracy <= 1
    assert 0 <= found.alone <= 1
    assert found.gap >= 0


@st.composite
def told_rows(draw):
    """A net of a way, and what its LSTM is told, whatever the way."""
    laid = recall.laid(draw(st.sampled_from(["left", "right"])), 3, draw(few))
    state = draw(st.sampled_from([None, State(torch.zeros(3, 3), torch.ones(3, 3))]))
    net = RECALL[draw(st.sampled_from([way for way in recall.WAYS if way != "flag"]))]  # which reads a feature more
    return {"net": net, **laid._asdict(), "state": state}


def judge_answered(given, found):
    """Counted one lane at a time, where all is finite."""
    net, x, mask, state = (given[k] for k in ("net", "x", "mask", "state"))
    right = 0
    for k, wanted in enumerate(given["positive"]):
        lane = x[k : k + 1] if mask is None else x[k : k + 1, mask[k]]
        h, c = (torch.zeros(1, 1, 3), torch.zeros(1, 1, 3)) if state is None else (s[None, k : k + 1] for s in state)
        h = net.net.lstm(lane, (h, c))[1][0] if lane.shape[1] else h
        right += bool(net.head(h[0])[0, 0] > 0) == bool(wanted > 0)
    assert abs(found - right / len(x)) < 1e-6 or not torch.isfinite(x).all()


def judge_net(given, net):
    assert net.way == given["way"]


CASES = {
    "echo.Echo": Case(takes(units=few), echo.Echo, lambda g, net: near(net.head.in_features, g["units"])),
    "echo.Echo.forward": Case(
        takes(
            net=st.just(ECHO),
            x=st.just(torch.ones(2, 3, 1)),
            state=st.sampled_from([None, (torch.zeros(1, 2, 3), torch.ones(1, 2, 3))]),
        ),
        lambda net, x, state: net(x, state),
        judge_said,
        share=4,
        fixed=("net",),
    ),
    "echo.new_net": Case(takes(seed=few, units=few), echo.new_net, judge_new, share=2),
    "echo.keep_value": Case(
        takes(state=st.just((torch.ones(1, 2), torch.zeros(1, 2)))),
        echo.keep_value,
        lambda g, kept: [near(a, b) for a, b in zip(kept, g["state"], strict=True)],
        share=2,
    ),
    "echo.windows": Case(
        takes(count=few, width=few, lag=st.integers(0, 1), seed=few, lanes=few), echo.windows, judge_windows, share=3
    ),
    "echo.slow_windows": Case(
        takes(
            count=few, width=few, lag=st.integers(0, 1), seed=few, lanes=few, stay=st.sampled_from([0.0, 0.5, 0.9, 1.0])
        ),
        echo.slow_windows,
        judge_slow,
        share=3,
    ),
    "echo.mse": Case(takes(said=st.just(SAID), wanted=st.just(SAID.sign())), echo.mse, judge_mse, share=4),
    "echo.learn": Case(
        takes(net=st.just(ECHO), window=few, lag=st.just(1), between=between, updates=st.just(2), seed=few),
        strange(learnt_copy),
        judge_trained,
        names=("state",),
        share=2,
    ),
    "echo.error": Case(
        takes(
            net=st.just(ECHO), window=st.just(100), lag=few, between=between, seed=few, stream=st.sampled_from(STREAMS)
        ),
        of_others(strange(echo.error), "stream", STREAMS),
        judge_error,
        names=("state",),
    ),
    "echo.measure": Case(
        takes(window=st.just(100), lag=few, state=st.sampled_from([*echo.BETWEEN]), seed=few, updates=st.just(1)),
        echo.measure,
        judge_error,
    ),
    "echo.measure_many": Case(
        takes(
            window=st.just(100),
            lags=st.just([1, 3]),
            state=st.sampled_from([*echo.BETWEEN]),
            seeds=st.just([0]),
            updates=st.just(1),
        ),
        echo.measure_many,
        judge_many,
        names=("lag", "seed"),
    ),
    "echo.nodes": Case(
        takes(loss=st.sampled_from([torch.ones(2, requires_grad=True).sum(), torch.ones(())])),
        echo.nodes,
        lambda g, found: near(found > 0, g["loss"].grad_fn is not None),
    ),
    "echo.attempt": Case(
        takes(between=between, retain=st.booleans(), update=st.booleans(), batches=few),
        strange(echo.attempt),
        judge_attempt,
        names=("state",),
    ),
    "echo.readable": Case(
        takes(net=st.just(ECHO), lags=st.just([0, 2]), seed=few),
        echo.readable,
        lambda g, found: near([*found], [*dict.fromkeys(g["lags"])]),
    ),
    "recall.RecallNet": Case(
        takes(way=st.sampled_from(recall.WAYS), start=st.sampled_from(recall.STARTS), units=few),
        recall.RecallNet,
        judge_net,
        share=2,
    ),
    "recall.RecallNet.forward": Case(
        laid_rows(), lambda way, x, mask: RECALL[way](x, mask), judge_final, share=5, fixed=("way",)
    ),
    "recall.RecallNet.answers": Case(
        laid_rows(), lambda way, x, mask: RECALL[way].answers(x, mask), judge_answers, share=3, fixed=("way",)
    ),
    "recall.flagged": Case(
        laid_rows().map(lambda g: {"x": g["x"], "mask": g["mask"]}), recall.flagged, judge_flagged, share=3
    ),
    "recall.laid": Case(
        takes(side=st.sampled_from([*recall.SIDES]), count=few, seed=few, width=st.just(16)),
        recall.laid,
        judge_laid,
        share=2,
    ),
    "recall.fresh": Case(
        takes(way=st.sampled_from(recall.WAYS), start=st.sampled_from(recall.STARTS), seed=few),
        recall.fresh,
        judge_net,
        share=2,
    ),
    "recall.answered": Case(told_rows(), recall.answered, judge_answered, share=4, fixed=("net",)),
    "recall.apart": Case(
        takes(batches=st.integers(0, 1), start=st.sampled_from(recall.STARTS), seed=few, count=few),
        recall.apart,
        lambda g, found: near(found, 0, 1e-3),
    ),
    "recall.train": Case(
        takes(
            way=st.sampled_from(recall.WAYS),
            side=st.sampled_from([*recall.SIDES]),
            start=st.sampled_from(recall.STARTS),
            seed=few,
            batches=st.just(1),
            count=few,
        ),
        recall.train,
        judge_net,
    ),
    "recall.learnt": Case(
        takes(net=st.sampled_from([*RECALL.values()]), side=st.sampled_from([*recall.SIDES]), count=st.just(3)),
        recall.learnt,
        judge_learnt,
        share=2,
    ),
    "recall.reach": Case(
        takes(
            way=st.sampled_from(recall.WAYS),
            side=st.sampled_from([*recall.SIDES]),
            start=st.just("Keras"),
            seed=few,
            count=few,
        ),
        recall.reach,
        judge_error,
    ),
}
