"""What the fuzz knows of `cell`."""

import numpy as np
import torch
from hypothesis import strategies as st

import lstm_demo as ld

from .case import Case, few, keys, near, problems, read, sane, takes, torch_run


def judge_run(given, trace):
    held = {k: given[k] for k in ("mask", "resets") if given[k] is not None}
    for name, flag in held.items():
        assert getattr(trace, name).tolist() == read(flag).tolist()
    if not sane(dict(params=given["params"], state=given["state"])):
        return
    h, c, (_, x, _) = torch_run(**given)
    if x.abs().max() < 1e3:
        near(trace.h, h), near(trace.c, c)


def judge_step(given, result):
    if sane(given):
        h, c, _ = torch_run(given["params"], read(given["x"])[:, None], state=given["state"])
        near(result[0].h, h[:, 0]), near(result[0].c, c[:, 0])


@st.composite
def steps_given(draw):
    one = draw(problems)
    return {"params": one.params, "x": one.x[:, 0], "state": one.state}


@st.composite
def runs_given(draw):
    one = draw(problems)
    return {k: getattr(one, k) if k in ("params", "x") or draw(st.booleans()) else None for k in keys}


@st.composite
def backwards_given(draw):
    one = draw(problems)
    trace = ld.run(one.params, one.x, **one.flags)
    return {"params": one.params, "trace": trace, "dh": one.dh, "dstate": draw(st.sampled_from([None, one.dstate]))}


def judge_backward(given, grads):
    trace = given["trace"]
    again = ld.run(given["params"], trace.x, mask=trace.mask, resets=trace.resets, state=trace.start)
    if not sane(given) or any(np.abs(a - b).max() > 0 for a, b in zip(again[:6], map(read, trace[:6]), strict=True)):
        return  # a trace of another run: whose gradients these would be, nobody can say
    h, c, (params, x, start) = torch_run(given["params"], trace.x, trace.mask, trace.resets, trace.start)
    loss = (h * torch.tensor(read(given["dh"]).astype(float))).sum()
    if given["dstate"] is not None:
        loss = loss + sum(
            (s[:, -1] * torch.tensor(read(d))).sum() for s, d in zip((h, c), given["dstate"], strict=True)
        )
    wanted = torch.autograd.grad(loss, [*params, x, *start], allow_unused=True)
    for got, want in zip([*grads.params, grads.x, *grads.state], wanted, strict=True):
        near(got, torch.zeros(got.shape) if want is None else want, 1e-8)


def judge_init(given, params):
    features, units = int(given["features"]), int(given["units"])
    assert [a.shape for a in params] == [(4 * units, features), (4 * units, units), (4 * units,)]
    assert all(np.isfinite(a).all() for a in params)
    assert params.bias.reshape(4, -1).T.tolist() == [[0, float(given["forget_bias"]), 0, 0]] * units
    near(params.weight_hh.T @ params.weight_hh, np.eye(units))


def judge_counting(given, params):
    assert ld.run(params, np.zeros((1, 3, int(given["features"])))).c[0, :, 0].tolist() == [1, 2, 3]


CASES = {
    "cell.run": Case(runs_given(), ld.run, judge_run, share=6),
    "cell.step": Case(steps_given(), ld.step, judge_step, share=4),
    "cell.backward": Case(backwards_given(), ld.backward, judge_backward, share=5),
    "cell.init_params": Case(
        takes(features=few, units=few, seed=few, forget_bias=st.just(1.0)), ld.init_params, judge_init, share=3
    ),
    "cell.counting_params": Case(takes(features=few), ld.counting_params, judge_counting),
}
