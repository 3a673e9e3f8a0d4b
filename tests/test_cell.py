"""The contract of `run`, held by the cell in NumPy and by its twin in torch; and what the cell does beside it."""

import math
from functools import partial

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from problems import POISONS, VALUES, bits, flat, near, net_for, problem, sizes, tensors

import lstm_demo as ld


def in_numpy(p):
    """Values and gradients of one run, by name."""
    trace = ld.run(p.params, p.x, **p.flags)
    grads = ld.backward(p.params, trace, p.dh, None if "dstate" in p.left_out else p.dstate)
    params = (*grads.params, grads.params.bias)  # as torch has it, twice
    values = {"h": trace.h, "final": trace.final, "c": trace.c}
    return values, {"params": params, "x": grads.x, "state": grads.state, "along": (grads.h, grads.c)}


def in_torch(dtype, p):
    net, ((x, *state), flags) = net_for(p, dtype=dtype), tensors(p, dtype)
    net(x + 1)  # of which it should remember nothing
    out, final = net(x, **flags)
    pairs = zip((out, *final), (p.dh, *p.dstate), strict=True)
    loss = sum((value * torch.tensor(weight, dtype=dtype)).sum() for value, weight in pairs)
    *params, dx, dh, dc = torch.autograd.grad(loss, [*net.parameters(), x, *state], allow_unused=True)
    return {"h": out, "final": final}, {"params": params, "x": dx, "state": (dh, dc)}


def by_the_formula(p):
    """The judge: the equations in torch; h is made of the held c, so that autograd sees every path."""
    *params, x, h, c = given_ = [torch.tensor(a, requires_grad=True) for a in (*p.params, p.x, *p.state)]
    hs, cs = [], []
    for t in range(p.x.shape[1]):
        real, reset = (torch.tensor(flags)[:, t, None] for flags in (p.mask, p.resets))
        h, c = (torch.where(reset, 0.0, s) for s in (h, c))
        i, f, g, o = (x[:, t] @ params[0].T + h @ params[1].T + params[2]).chunk(4, dim=1)
        c = torch.where(real, f.sigmoid() * c + i.sigmoid() * g.tanh(), c)
        h = torch.where(real, o.sigmoid() * c.tanh(), h)
        hs.append(h)
        cs.append(c)
    values = {"h": torch.stack(hs, 1), "final": (h, c), "c": torch.stack(cs, 1)}
    pairs = zip((values["h"], h, c), (p.dh, *p.dstate), strict=True)
    loss = sum((value * torch.tensor(weight)).sum() for value, weight in pairs)
    found = torch.autograd.grad(loss, [*given_, *hs, *cs], materialize_grads=True)
    along = [torch.stack(some, 1) for some in (found[6 : 6 + len(hs)], found[6 + len(hs) :])]
    return values, {"params": (*found[:3], found[2]), "x": found[3], "state": found[4:6], "along": along}


RUNS = {"NumPy": in_numpy, "double": partial(in_torch, torch.float64), "single": partial(in_torch, torch.float32)}
every_run = pytest.mark.parametrize("run", RUNS.values(), ids=RUNS)


@every_run
@given(size=sizes)
def test_values_and_gradients_are_autograds_through_holes_and_resets_and_without_dstate_truncated(run, size):
    p = problem(**size)
    of_gradients = {torch.float64: 1e-10, torch.float32: 5e-5}
    for found, judged, within in zip(run(p), by_the_formula(p), (VALUES, of_gradients), strict=True):
        names = [name for name in found if flat(found[name])]  # a state that was left out has no gradient
        got, want = ([one for name in names for one in flat(side[name])] for side in (found, judged))
        dtype = torch.float32 if run is RUNS["single"] else torch.float64
        near(got, [one.to(dtype) for one in want], within)


@every_run
@pytest.mark.parametrize("poison", POISONS)
def test_poison_in_the_padding_and_in_a_state_before_a_reset_changes_no_bit_of_result_or_gradient(run, poison):
    p = problem(seed=3)
    p.resets[:, 0] = [True, False, True]
    odd = p._replace(x=np.where(p.mask[..., None], p.x, poison))
    odd = odd._replace(state=ld.State(*(np.where(p.resets[:, :1], poison, s) for s in p.state)))
    assert bits(run(odd)) == bits(run(p))


@every_run
def test_through_masked_steps_state_and_gradients_pass_unchanged(run):
    p = problem(seed=4)
    none = np.zeros_like(p.mask)
    values, grads = run(p._replace(x=np.nan * p.x, mask=none, resets=none, dh=0 * p.dh))
    dtype = np.float32 if run is RUNS["single"] else np.float64
    state, dstate = ([part.astype(dtype) for part in parts] for parts in (p.state, p.dstate))
    assert bits([values["final"], grads["state"]]) == bits([state, dstate])
    assert bits(values["h"]) == bits(np.repeat(state[0][:, None], 8, axis=1))
    assert not any(one.any() for one in flat([grads["params"], grads["x"]]))


@every_run
def test_nothing_is_remembered_and_no_argument_is_changed(run):
    p = problem()
    before = bits(p[:7])
    assert bits(run(p)) == bits(run(p))
    assert bits(p[:7]) == before


# --- the cell in NumPy -----------------------------------------------------------------------------------------------


@given(sizes)
def test_a_run_is_reset_read_hold_step_after_step_and_its_trace_remembers_all_of_it(size):
    p = problem(**size)
    trace, state = ld.run(p.params, p.x, **p.flags), p.state
    for t in range(p.x.shape[1]):
        real, reset = p.mask[:, t, None], p.resets[:, t, None]
        before = ld.State(*(np.where(reset, 0.0, s) for s in state))
        new, gates = ld.step(p.params, p.x[:, t], before)
        state = ld.State(*(np.where(real, a, b) for a, b in zip(new, before, strict=True)))
        seen = [trace.h[:, t], trace.c[:, t], *(gate[:, t] * real for gate in trace[:4])]
        near(seen, [*state, *(gate * real for gate in gates)], {torch.float64: 1e-14})
    near(trace.final, state, {torch.float64: 1e-14})
    assert bits(trace[6:]) == bits([np.where(p.mask[..., None], p.x, 0.0), p.mask, p.resets, p.state])


def test_gates_far_out_are_exactly_0_or_1_without_a_warning():
    p = problem()
    for far, want in ((1e4, (1, 1, 1, 1)), (-1e4, (0, 0, -1, 0))):
        _, gates = ld.step(p.params._replace(bias=np.full(12, far)), p.x[:, 0], p.state)
        assert [set(g.ravel().tolist()) for g in gates] == [{w} for w in want]


@pytest.mark.parametrize("width", [1, 2, 3, 7, 100])
@pytest.mark.parametrize("shape", [(1, 1, 1), (1, 3, 4), (2, 1, 7), (4, 12, 8), (7, 5, 3), (32, 12, 32)])
def test_windows_equal_one_run_to_the_last_bit(shape, width):
    lanes, features, units = shape
    p = problem(width, lanes, 23, features, units)
    whole, parts, state = ld.run(p.params, p.x, **p.flags), [], p.state
    for start in range(0, 23, width):
        w = p.window(slice(start, start + width))._replace(state=state)
        parts.append(ld.run(w.params, w.x, **w.flags))
        state = parts[-1].final
    joined = [np.concatenate(tracks, axis=1) for tracks in zip(*(part[:9] for part in parts), strict=True)]
    assert bits([*joined, parts[0].start, state]) == bits([*whole, whole.final])


def test_the_counting_cell_counts_with_gates_of_exactly_1_whatever_it_reads():
    trace = ld.run(ld.counting_params(2), np.random.default_rng(0).normal(size=(2, 4, 2)))
    assert all((gate == 1).all() for gate in trace[:4])
    assert trace.c[..., 0].tolist() == [[1, 2, 3, 4]] * 2


def test_a_trace_its_final_state_and_gradients_are_nobodys_views_and_backward_changes_none():
    p = problem()._replace(mask=np.full((3, 8), True))
    trace = ld.run(p.params, p.x, **p.flags)
    before = bits(trace)
    grads = ld.backward(p.params, trace, p.dh, p.dstate)
    assert bits(trace) == before
    given, tracks, final = (*p.params, p.x, p.mask, p.resets, *p.state, p.dh, *p.dstate), trace[:9], trace.final
    found = (*grads.params, *grads[1:4], *grads.state)
    for mine, others in ((tracks, given), (trace.start, given), (final, tracks), (found, (*given, *tracks, *final))):
        assert not any(np.shares_memory(a, b) for a in mine for b in others)


def test_single_precision_read_only_arrays_turned_ones_and_plain_lists_are_read_like_float64():
    p = problem(lanes=5, features=7, units=6)
    single = p.x.astype(np.float32)
    single.flags.writeable = False
    doubles = single.astype(float)
    for same in (single, doubles.tolist(), np.asfortranarray(doubles)):
        assert bits(ld.run(p.params, same)) == bits(ld.run(p.params, doubles))


def test_init_params_is_reproducible_and_as_it_says():
    params = ld.init_params(40, 60, seed=1)
    assert bits(params) == bits(ld.init_params(40, 60, seed=1))
    assert [w.shape for w in params] == [(240, 40), (240, 60), (240,)]
    assert np.allclose(params.weight_hh.T @ params.weight_hh, np.eye(60), atol=1e-12)
    assert params.bias.tolist() == [0] * 60 + [1] * 60 + [0] * 120
    assert ld.init_params(3, 5, forget_bias=np.float32(-2)).bias.tolist() == [0] * 5 + [-2] * 5 + [0] * 10
    weights, limit = params.weight_ih, math.sqrt(6 / (40 + 240))  # uniform to Glorot's limit
    assert 0.98 * limit < weights.max() <= limit
    assert 0.98 * limit < -weights.min() <= limit
    assert abs(weights.std() / (limit / math.sqrt(3)) - 1) < 0.02
    ones = [ld.init_params(1, 1, seed=s).weight_hh[0, 0] for s in range(40)]
    assert 10 < sum(w > 0 for w in ones) < 30  # QR alone would give every first entry one sign


@given(st.sampled_from(POISONS[:3]), st.integers(0, 2), st.integers(0, 7))
def test_what_is_not_finite_is_refused_exactly_at_real_steps(poison, lane, step):
    p = problem()
    p.x[lane, step] = poison
    if not p.mask[lane, step]:
        ld.run(p.params, p.x, mask=p.mask)
        return
    with pytest.raises(ValueError, match=rf"^x: expected finite values, got {poison} at \({lane}, {step}, 0\); mask"):
        ld.run(p.params, p.x, mask=p.mask)
