"""Laws of the cell, judged by torch and autograd, a series run alone, and counting in the head."""

import math
from copy import deepcopy

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from problems import POISONS, assert_near, problem, same_bits, sizes

import lstm_demo as ld


@given(sizes)
def test_a_run_is_reset_read_hold_step_after_step(size):
    p = problem(**size)
    trace, state = ld.run(p.params, p.x, **p.flags), p.state
    for t in range(p.x.shape[1]):
        real, reset = p.mask[:, t, None], p.resets[:, t, None]
        before = ld.State(*(np.where(reset, 0.0, s) for s in state))
        new, gates = ld.step(p.params, p.x[:, t], before)
        state = ld.State(*(np.where(real, a, b) for a, b in zip(new, before, strict=True)))
        assert_near((trace.h[:, t], trace.c[:, t]), tuple(state), 1e-14)
        assert_near(tuple(a[:, t] * real for a in trace[:4]), tuple(a * real for a in gates), 1e-14)
    assert_near(tuple(trace.final), tuple(state), 1e-14)
    assert same_bits(trace[6:], (np.where(p.mask[..., None], p.x, 0.0), p.mask, p.resets, p.state))


def test_gates_far_out_are_exactly_0_or_1_without_a_warning():
    p = problem()
    for far, want in ((1e4, (1, 1, 1, 1)), (-1e4, (0, 0, -1, 0))):
        _, gates = ld.step(p.params._replace(bias=np.full(12, far)), p.x[:, 0], p.state)
        assert [set(g.ravel().tolist()) for g in gates] == [{w} for w in want]


def leaves(arrays):
    return [torch.tensor(a, requires_grad=True) for a in arrays]


def judged(p):
    """The formula in torch: h (B, T, H) and all gradients; h is made of the held c, so autograd sees every path."""
    *params, x, h, c = given = leaves((*p.params, p.x, *p.state))
    hs, cs = [], []
    for t in range(p.x.shape[1]):
        real, reset = (torch.tensor(flags)[:, t, None] for flags in (p.mask, p.resets))
        h, c = (torch.where(reset, 0.0, s) for s in (h, c))
        i, f, g, o = (x[:, t] @ params[0].T + h @ params[1].T + params[2]).chunk(4, dim=1)
        c = torch.where(real, f.sigmoid() * c + i.sigmoid() * g.tanh(), c)
        h = torch.where(real, o.sigmoid() * c.tanh(), h)
        hs.append(h)
        cs.append(c)
    terms = zip((torch.stack(hs, 1), h, c), (p.dh, *p.dstate), strict=True)
    loss = sum((value * torch.tensor(weight)).sum() for value, weight in terms)
    found = torch.autograd.grad(loss, [*given, *hs, *cs], materialize_grads=True)
    along = [torch.stack(found[k : k + len(hs)], 1) for k in (6, 6 + len(hs))]
    return torch.stack(hs, 1).detach(), ld.Grads(ld.Params(*found[:3]), found[3], *along, ld.State(*found[4:6]))


@given(sizes)
def test_values_and_every_gradient_are_autograds_through_holes_and_resets_and_without_dstate_truncated(size):
    p = problem(**size)
    trace, (h, wanted) = ld.run(p.params, p.x, **p.flags), judged(p)
    assert_near(trace.h, h, 1e-12)
    assert_near(ld.backward(p.params, trace, p.dh, None if "dstate" in p.left_out else p.dstate), wanted, 1e-10)


@pytest.mark.parametrize("poison", POISONS)
def test_poison_in_the_padding_and_in_a_state_before_a_reset_changes_no_bit_of_result_or_gradient(poison):
    p = problem(seed=3)
    p.resets[:, 0] = [True, False, True]
    odd = p._replace(x=np.where(p.mask[..., None], p.x, poison))
    odd = odd._replace(state=ld.State(*(np.where(p.resets[:, :1], poison, s) for s in p.state)))
    traces = [ld.run(q.params, q.x, **q.flags) for q in (p, odd)]
    assert same_bits(*(trace[:9] for trace in traces))
    assert same_bits(*(ld.backward(p.params, trace, p.dh, p.dstate) for trace in traces))


def test_through_masked_steps_state_and_gradients_pass_unchanged():
    p = problem(seed=4)
    trace = ld.run(p.params, p.x * np.nan, mask=np.zeros_like(p.mask), state=p.state)
    grads = ld.backward(p.params, trace, 0 * p.dh, p.dstate)
    along = [np.repeat(s[:, None], 8, axis=1) for s in (*p.state, *p.dstate)]
    assert same_bits((trace.h, trace.c, grads.h, grads.c), tuple(along))
    assert same_bits((trace.final, grads.state), (p.state, p.dstate))
    assert not any(g.any() for g in (*grads.params, grads.x))


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
    assert same_bits((*joined, parts[0].start, state), (*whole, whole.final))


def test_the_counting_cell_counts_with_gates_of_exactly_1_whatever_it_reads():
    trace = ld.run(ld.counting_params(2), np.random.default_rng(0).normal(size=(2, 4, 2)))
    assert all((gate == 1).all() for gate in trace[:4])
    assert trace.c[..., 0].tolist() == [[1, 2, 3, 4]] * 2


def test_no_argument_is_mutated():
    p = problem()
    trace = ld.run(p.params, p.x, **p.flags)
    before = deepcopy((p[:7], trace))
    ld.run(p.params, p.x, **p.flags)
    ld.step(p.params, p.x[:, 0], p.state)
    ld.backward(p.params, trace, p.dh, p.dstate)
    assert same_bits((p[:7], trace), before)


def test_a_trace_its_final_state_and_gradients_are_nobodys_views():
    p = problem()._replace(mask=np.full((3, 8), True))
    trace = ld.run(p.params, p.x, **p.flags)
    grads = ld.backward(p.params, trace, p.dh, p.dstate)
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
        assert same_bits(ld.run(p.params, same), ld.run(p.params, doubles))


def test_init_params_is_reproducible_and_as_it_says():
    params = ld.init_params(40, 60, seed=1)
    assert same_bits(params, ld.init_params(40, 60, seed=1))
    assert same_bits(ld.init_params(3, 5), ld.init_params(3, 5, seed=0))
    assert not np.array_equal(params.weight_hh, ld.init_params(40, 60, seed=2).weight_hh)
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
