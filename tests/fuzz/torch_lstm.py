"""What the fuzz knows of `torch_lstm`."""

import numpy as np
import torch
from hypothesis import strategies as st

import lstm_demo as ld
from lstm_demo import torch_lstm

from .case import Case, _copy, _weights, few, keys, lengths, near, of_others, problems, read, takes, torch_run


def tensors(value):
    if isinstance(value, ld.State):
        return ld.State(*map(torch.tensor, value))
    return None if value is None else torch.tensor(value)


@st.composite
def net_given(draw, kind, with_state=True):
    one = draw(problems)
    given = {k: tensors(getattr(one, k)) if k == "x" or draw(st.booleans()) else None for k in keys[1:]}
    if not with_state:
        del given["state"]
    return {"net": net_of(kind, one.params), **given}


def net_of(kind, params):
    net = kind(params.weight_ih.shape[1], params.weight_hh.shape[1]).double()
    torch_lstm.load_params(net.lstm, params)
    return net


def judge_net(given, result):
    given = dict(given)
    net = given.pop("net")
    out = result[0] if isinstance(result, tuple) else result
    if not np.isfinite(read(torch.where(_mask_of(given)[..., None], given["x"], 0.0))).all():
        return  # the torch twin leaves finiteness to the caller, and says so
    if given.get("state") is not None and not all(torch.isfinite(s).all() for s in given["state"]):
        return
    want, c, _ = torch_run(torch_lstm.params_of(net.lstm), **given)
    near(out, want)
    if isinstance(result, tuple):
        near(result[1].h, want[:, -1]), near(result[1].c, c[:, -1])


def _mask_of(given):
    return torch.ones(given["x"].shape[:2], dtype=torch.bool) if given["mask"] is None else given["mask"]


def call_net(net, x, **flags):
    return net(x, **flags)


def call_stateful(net, x, mask, resets):
    return torch_lstm.StatefulLSTM.forward(_fresh(net), x, mask=mask, resets=resets)


def _fresh(net):
    other = torch_lstm.StatefulLSTM(net.lstm.input_size, net.lstm.hidden_size).double()
    other.lstm.load_state_dict(net.lstm.state_dict())
    return other


def call_reset(lanes):
    net = torch_lstm.StatefulLSTM(1, 2)
    net(torch.ones(2, 3, 1))
    before = net.state
    net.reset_states(lanes)
    return before, net.state


def judge_reset(given, result):
    before, after = result
    if given["lanes"] is None:
        assert after is None
        return
    for lane, zeroed in enumerate(read(given["lanes"]).tolist()):
        for a, b in zip(before, after, strict=True):
            assert torch.equal(b[lane], torch.zeros(2) if zeroed else a[lane])


@st.composite
def ragged_given(draw):
    units = draw(few)
    torch.manual_seed(draw(st.integers(0, 99)))
    net = torch_lstm.RaggedLSTM(2, units).double()
    given = [torch.randn(n, 2, dtype=torch.float64) for n in draw(lengths)]
    state = draw(st.sampled_from([None, ld.State(*torch.randn(2, len(given), units, dtype=torch.float64))]))
    return {"net": net, "series": given, "state": state, "cells": draw(st.booleans()), "lanes": None}


def judge_ragged_net(given, result):
    outputs, final = result
    for k, (one, out) in enumerate(zip(given["series"], outputs, strict=True)):
        start = None if given["state"] is None else tuple(s[k][None, None] for s in given["state"])
        if all(torch.isfinite(part).all() for part in (one, *(start or ()))):
            want, (h, c) = given["net"].lstm(one[None], start)
            near(out, want[0], 1e-7), near(final.h[k], h[0, 0], 1e-7)
            if final.c is not None and one.abs().max() < 1e3:
                near(final.c[k], c[0, 0], 1e-7)
    if given["cells"] is False:
        assert final.c is None


@st.composite
def closed_given(draw):
    one = draw(problems)
    x = ld.with_flag(one.x, one.mask)
    start = torch.zeros(1, *one.state.h.shape, dtype=torch.float64)
    return {"params": one.params, "x": torch.tensor(x), "hx": draw(st.sampled_from([None, (start, start)]))}


def call_closed(params, x, hx):
    return torch_lstm.close_gates(net_of(torch_lstm.StatelessLSTM, params).lstm)(x, hx)


def judge_closed(given, result):
    """Zero after each padded step: a run that is reset behind each of them, and whose padding counts for nothing."""
    x = read(given["x"])
    padding = x[..., -1] == 1
    if not np.isin(x[..., -1], (0, 1)).all() or not np.isfinite(x).all() or np.abs(x).max() > 1e3:
        return  # finite and far from 1e4, it says
    if given["hx"] is not None and any(read(s).any() for s in given["hx"]):
        return
    resets = np.concatenate([np.zeros_like(padding[:, :1]), padding[:, :-1]], axis=1)
    h, _, _ = torch_run(given["params"], x[..., :-1], resets=resets)
    near(result[0], np.where(padding[..., None], 0, h.detach().numpy()))


@st.composite
def lstms(draw):
    torch.manual_seed(draw(st.integers(0, 9)))
    shape = draw(
        st.sampled_from([{}, {"num_layers": 2}, {"bidirectional": True}, {"bias": False}, {"batch_first": True}])
    )
    return torch.nn.LSTM(draw(few), draw(few), **shape)


def judge_params(given, params):
    lstm = given["lstm"]
    near(params.weight_ih, lstm.weight_ih_l0), near(params.weight_hh, lstm.weight_hh_l0)
    assert (lstm.num_layers, lstm.bidirectional) == (1, False)


def call_load(lstm, params):
    other = lstm if not isinstance(lstm, torch.nn.LSTM) else _copy(lstm)
    before = _weights(other)
    try:
        torch_lstm.load_params(other, params)
    except ValueError:
        assert before == _weights(other)
        raise
    return torch_lstm.params_of(other)


def judge_loaded(given, params):
    for got, want in zip(params, given["params"], strict=True):
        wanted = read(want).astype(np.float32)
        assert np.array_equal(got.astype(np.float32), wanted, equal_nan=True)


@st.composite
def load_given(draw):
    features, units = draw(few), draw(few)
    return {"lstm": torch.nn.LSTM(features, units), "params": ld.init_params(features, units)}


def judge_sizes(given, net):
    assert tuple(net.lstm.weight_ih_l0.shape) == (4 * int(given["units"]), int(given["features"]))


def judge_closing(given, net):
    """The very weights, and a state of exactly zero after a padded step."""
    lstm = given["lstm"]
    assert all(one is other for one, other in zip(net.parameters(), lstm.parameters(), strict=True))
    assert (lstm.num_layers, lstm.bidirectional, lstm.proj_size) == (1, False, 0)
    x = torch.zeros(1, 1, lstm.input_size + 1)
    x[..., -1] = 1
    assert not torch.cat(net(x)[1]).any()


def judge_collated(given, found):
    examples = [*given["examples"]]
    if isinstance(examples[0], torch.Tensor):
        assert all(a is b for a, b in zip(found, examples, strict=True))
        return
    series, *rest = found
    assert all(a is b[0] for a, b in zip(series, examples, strict=True))
    plain = all(isinstance(one, int | float | torch.Tensor) for b in examples for one in b[1:])
    for k, targets in enumerate(rest if plain else [], 1):  # of pairs in a pair torch makes lists of tensors
        for got, wanted in zip(targets, examples, strict=True):
            assert np.array_equal(read(got).astype(float), read(wanted[k]).astype(float), equal_nan=True)


def nothing():
    """An event that changes neither weights nor state."""


CASES = {
    "torch_lstm.StatelessLSTM": Case(takes(features=few, units=few), torch_lstm.StatelessLSTM, judge_sizes),
    "torch_lstm.StatefulLSTM": Case(takes(features=few, units=few), torch_lstm.StatefulLSTM, judge_sizes),
    "torch_lstm.RaggedLSTM": Case(takes(features=few, units=few), torch_lstm.RaggedLSTM, judge_sizes),
    "torch_lstm.StatelessLSTM.forward": Case(
        net_given(torch_lstm.StatelessLSTM), call_net, judge_net, share=6, fixed=("net",)
    ),
    "torch_lstm.StatefulLSTM.forward": Case(
        net_given(torch_lstm.StatefulLSTM, with_state=False), call_stateful, judge_net, share=4, fixed=("net",)
    ),
    "torch_lstm.StatefulLSTM.reset_states": Case(
        takes(lanes=st.sampled_from([None, np.array([True, False]), torch.tensor([False, True])])),
        call_reset,
        judge_reset,
        share=3,
    ),
    "torch_lstm.RaggedLSTM.forward": Case(
        ragged_given(),
        (lambda net, series, state, cells, lanes: net(series, state, cells, lanes)),
        judge_ragged_net,
        share=5,
        fixed=("net",),
    ),
    "torch_lstm.close_gates": Case(takes(lstm=lstms()), torch_lstm.close_gates, judge_closing, share=2),
    "torch_lstm.ClosedGates": Case(takes(lstm=lstms()), torch_lstm.ClosedGates, judge_closing, share=2),
    "torch_lstm.ClosedGates.forward": Case(closed_given(), call_closed, judge_closed, share=5, fixed=("params",)),
    "torch_lstm.collate": Case(
        takes(examples=st.just([(torch.zeros(2, 1), 0), (torch.ones(3, 1), 1)])),
        torch_lstm.collate,
        judge_collated,
        share=2,
    ),
    "torch_lstm.changed": Case(
        takes(net=st.just(torch_lstm.StatefulLSTM(1, 2)), event=st.just(nothing)),
        of_others(torch_lstm.changed, "event", [nothing]),
        lambda g, told: near(told, (False, False)) if told else None,
        share=3,
    ),
    "torch_lstm.params_of": Case(takes(lstm=lstms()), torch_lstm.params_of, judge_params),
    "torch_lstm.load_params": Case(load_given(), call_load, judge_loaded, share=3),
}
