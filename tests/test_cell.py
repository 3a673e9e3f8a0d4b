"""Laws of the cell, judged by plain floats, torch and autograd, differences, a series run alone, and counting."""

import math

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from problems import COUNTING, POISONS, Problem, assert_near, problem, refused, same_bits, sizes, unchanged

import lstm_demo as ld
from lstm_demo.torch_lstm import load_params

# --- one step --------------------------------------------------------------------------------------------------------


def by_hand(params, x, h, c):
    """One step of one lane in plain Python floats: lists of gates (4, H), h and c."""
    units = len(h)
    z = [
        sum(w * v for w, v in zip(params.weight_ih[r], x, strict=True))
        + sum(w * v for w, v in zip(params.weight_hh[r], h, strict=True))
        + params.bias[r]
        for r in range(4 * units)
    ]
    squash = [lambda v: 1 / (1 + math.exp(-v))] * 4
    squash[2] = math.tanh
    i, f, g, o = ([squash[k](v) for v in z[k * units : (k + 1) * units]] for k in range(4))
    c = [f[u] * c[u] + i[u] * g[u] for u in range(units)]
    return (i, f, g, o), [o[u] * math.tanh(c[u]) for u in range(units)], c


@given(sizes)
def test_one_step_is_the_formula_in_plain_floats(size):
    p = problem(**size)
    state, gates = ld.step(p.params, p.x[:, 0], p.state)
    for b in range(len(p.x)):
        want, h, c = by_hand(p.params, p.x[b, 0], p.state.h[b], p.state.c[b])
        assert_near(tuple(gate[b] for gate in gates), tuple(np.array(w) for w in want), 1e-14)
        assert_near((state.h[b], state.c[b]), (np.array(h), np.array(c)), 1e-14)


@given(sizes)
def test_a_run_is_reset_read_hold_step_after_step(size):
    p = problem(**size)
    trace, state = ld.run(p.params, p.x, **p.flags), p.state
    for t in range(p.x.shape[1]):
        h, c = (np.where(p.resets[:, t, None], 0.0, s) for s in state)
        new, gates = ld.step(p.params, p.x[:, t], ld.State(h, c))
        real = p.mask[:, t, None]
        state = ld.State(np.where(real, new.h, h), np.where(real, new.c, c))
        assert_near((trace.h[:, t], trace.c[:, t]), tuple(state), 1e-14)
        for got, want in zip(trace[:4], gates, strict=True):
            assert_near(got[:, t][p.mask[:, t]], want[p.mask[:, t]], 1e-14)
    assert_near(tuple(trace.final), tuple(state), 1e-14)


@pytest.mark.parametrize("name", ld.Params._fields)
@pytest.mark.parametrize("k", range(4))
def test_each_block_of_weights_moves_its_own_gate_alone(name, k):
    p = problem()
    moved = getattr(p.params, name).copy()
    moved[k * 3 : (k + 1) * 3] += 0.5
    _, gates = ld.step(p.params, p.x[:, 0], p.state)
    _, others = ld.step(p.params._replace(**{name: moved}), p.x[:, 0], p.state)
    assert [not np.array_equal(a, b) for a, b in zip(gates, others, strict=True)] == [j == k for j in range(4)]


def test_gates_far_out_are_exactly_0_or_1_without_a_warning():
    p = problem()
    for far, want in ((1e4, (1, 1, 1, 1)), (-1e4, (0, 0, -1, 0))):
        _, gates = ld.step(p.params._replace(bias=np.full(12, far)), p.x[:, 0], p.state)
        assert [set(g.ravel().tolist()) for g in gates] == [{w} for w in want]


def test_left_out_all_steps_are_real_none_resets_and_the_state_is_zero():
    p = problem()
    everything = ld.run(
        p.params, p.x, mask=p.mask | True, resets=p.resets & False, state=ld.State(*np.zeros((2, 3, 3)))
    )
    assert same_bits(ld.run(p.params, p.x), everything)
    assert same_bits(ld.step(p.params, p.x[:, 0], None), ld.step(p.params, p.x[:, 0], ld.State(*np.zeros((2, 3, 3)))))


# --- torch and autograd as judges ------------------------------------------------------------------------------------


def leaf(a):
    return torch.tensor(a, requires_grad=True)


def chosen(lanes, there, elsewhere):
    return torch.where(torch.tensor(lanes)[:, None], there, elsewhere)


def judged_by_lstm(p):
    """nn.LSTM fed one step at a time: h (B, T, H), final state, and the gradients that autograd finds."""
    lstm = torch.nn.LSTM(p.x.shape[2], p.dh.shape[2], batch_first=True, dtype=torch.float64)
    load_params(lstm, p.params)
    x, start = leaf(p.x), ld.State(leaf(p.state.h), leaf(p.state.c))
    h, c, hs = *start, []
    for t in range(p.x.shape[1]):
        h, c = (chosen(p.resets[:, t], torch.zeros(()).double(), s) for s in (h, c))
        _, (new_h, new_c) = lstm(x[:, t : t + 1], (h[None], c[None]))
        h, c = chosen(p.mask[:, t], new_h[0], h), chosen(p.mask[:, t], new_c[0], c)
        hs.append(h)
    out = torch.stack(hs, dim=1)
    loss(out, (h, c), p).backward()
    params = ld.Params(*(getattr(lstm, n).grad for n in ("weight_ih_l0", "weight_hh_l0", "bias_ih_l0")))
    return out.detach(), ld.State(h.detach(), c.detach()), params, x.grad, ld.State(start.h.grad, start.c.grad)


def loss(out, final, p):
    terms = zip((out, *final), (p.dh, *p.dstate), strict=True)
    return sum((value * torch.tensor(weight)).sum() for value, weight in terms)


@given(sizes)
def test_values_and_every_gradient_are_torchs(size):
    p = problem(**size)
    trace = ld.run(p.params, p.x, **p.flags)
    grads = ld.backward(p.params, trace, p.dh, p.dstate)
    out, final, params, dx, dstart = judged_by_lstm(p)
    assert_near((trace.h, *trace.final), (out, *final), 1e-12)
    assert_near(tuple(grads.params), tuple(params), 1e-10)
    assert_near((grads.x, *grads.state), (dx, *dstart), 1e-10)


def judged_by_formula(p):
    """The formula in torch, h made from c after the hold so that autograd sees every path: gradients of all h and c."""
    (weight_ih, weight_hh, bias), x = (torch.tensor(w) for w in p.params), torch.tensor(p.x)
    h, c, hs, cs = leaf(p.state.h), leaf(p.state.c), [], []
    for t in range(p.x.shape[1]):
        h, c = (chosen(p.resets[:, t], torch.zeros(()).double(), s) for s in (h, c))
        i, f, g, o = (x[:, t] @ weight_ih.T + h @ weight_hh.T + bias).chunk(4, dim=1)
        c = chosen(p.mask[:, t], f.sigmoid() * c + i.sigmoid() * g.tanh(), c)
        c.retain_grad()
        h = chosen(p.mask[:, t], o.sigmoid() * c.tanh(), h)
        h.retain_grad()
        hs.append(h)
        cs.append(c)
    loss(torch.stack(hs, dim=1), (h, c), p).backward()
    return tuple(torch.stack([s.grad for s in track], dim=1) for track in (hs, cs))


@given(sizes)
def test_the_gradient_of_every_h_and_c_is_autograds(size):
    p = problem(**size)
    grads = ld.backward(p.params, ld.run(p.params, p.x, **p.flags), p.dh, p.dstate)
    assert_near((grads.h, grads.c), judged_by_formula(p), 1e-10)


def scalar(p):
    trace = ld.run(p.params, p.x, **p.flags)
    return sum((a * b).sum() for a, b in zip((trace.h, *trace.final), (p.dh, *p.dstate), strict=True))


def slope(p, change, array, eps=1e-5):
    """Central differences of the loss with respect to every entry of one array; `change` puts another in its place."""
    found = np.empty_like(array)
    for at in np.ndindex(array.shape):
        up, down = array.copy(), array.copy()
        up[at] += eps
        down[at] -= eps
        found[at] = (scalar(change(up)) - scalar(change(down))) / (2 * eps)
    return found


def test_every_gradient_is_what_differences_say():
    p = problem(seed=5, lanes=2, steps=5, features=1, units=2)
    grads = ld.backward(p.params, ld.run(p.params, p.x, **p.flags), p.dh, p.dstate)
    for name in ld.Params._fields:
        found = slope(p, lambda w, n=name: p._replace(params=p.params._replace(**{n: w})), getattr(p.params, name))
        assert_near(getattr(grads.params, name), found, 1e-8)
    assert_near(grads.x, slope(p, lambda x: p._replace(x=x), p.x), 1e-8)
    for name in ld.State._fields:
        found = slope(p, lambda s, n=name: p._replace(state=p.state._replace(**{n: s})), getattr(p.state, name))
        assert_near(getattr(grads.state, name), found, 1e-8)


def test_gradients_of_two_losses_add_up():
    p, q = problem(seed=1), problem(seed=2)
    trace = ld.run(p.params, p.x, **p.flags)
    one, other = ld.backward(p.params, trace, p.dh), ld.backward(p.params, trace, q.dh, q.dstate)
    both = ld.backward(p.params, trace, p.dh + q.dh, q.dstate)
    assert_near(both, _mapped(np.add, one, other), 1e-12)


def _mapped(how, one, other):
    if isinstance(one, tuple):
        return tuple(_mapped(how, a, b) for a, b in zip(one, other, strict=True))
    return how(one, other)


# --- padding is never read -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("poison", POISONS)
def test_poison_in_the_padding_changes_no_bit_of_result_or_gradient(poison):
    p = problem(seed=3)
    poisoned = p._replace(x=np.where(p.mask[..., None], p.x, poison))
    traces = [ld.run(q.params, q.x, **q.flags) for q in (p, poisoned)]
    assert same_bits(*traces)
    assert same_bits(*(ld.backward(p.params, trace, p.dh, p.dstate) for trace in traces))
    assert (traces[1].x[~p.mask] == 0).all()


def test_through_a_masked_step_gradients_pass_unchanged_and_x_gets_none():
    p = problem(seed=4)
    still = np.zeros_like(p.mask)
    trace = ld.run(p.params, p.x, mask=still, state=p.state)
    grads = ld.backward(p.params, trace, 0 * p.dh, p.dstate)
    assert same_bits((grads.h, grads.c), tuple(np.repeat(d[:, None], 8, axis=1) for d in p.dstate))
    assert same_bits(grads.state, p.dstate)
    assert not any(g.any() for g in (*grads.params, grads.x))


@pytest.mark.parametrize("real", [True, False])
def test_through_a_reset_nothing_passes(real):
    p = problem(seed=4)
    resets, mask = np.zeros_like(p.resets), np.full_like(p.mask, True)
    resets[:, 4], mask[:, 4] = True, real
    grads = ld.backward(p.params, ld.run(p.params, p.x, mask=mask, resets=resets, state=p.state), 0 * p.dh, p.dstate)
    assert not any(g.any() for g in (grads.x[:, :4], grads.h[:, :4], grads.c[:, :4], *grads.state))
    assert grads.x[:, 5:].any()
    assert grads.x[:, 4].any() == real


def test_all_padding_holds_the_state():
    p = problem()
    trace = ld.run(p.params, p.x * np.nan, mask=np.zeros_like(p.mask), state=p.state)
    assert same_bits(trace.final, p.state)
    assert (trace.h == p.state.h[:, None]).all()
    assert (trace.c == p.state.c[:, None]).all()


@pytest.mark.parametrize("poison", [np.nan, np.inf])
def test_a_reset_zeroes_by_choice_so_that_even_a_nan_state_is_gone(poison):
    p = problem()
    resets = p.resets.copy()
    resets[:, 0] = [True, False, True]
    given = ld.State(*(np.where(resets[:, :1], poison, s) for s in p.state))
    zeroed = ld.State(*(np.where(resets[:, :1], 0.0, s) for s in p.state))
    traces = [ld.run(p.params, p.x, mask=p.mask, resets=resets, state=s) for s in (given, zeroed)]
    assert same_bits(traces[0][:9], traces[1][:9])
    assert same_bits(*(ld.backward(p.params, trace, p.dh, p.dstate) for trace in traces))


# --- windows ---------------------------------------------------------------------------------------------------------


def spans(steps, width):
    return [slice(s, min(s + width, steps)) for s in range(0, steps, width)]


@pytest.mark.parametrize("width", [1, 2, 3, 7, 100])
@pytest.mark.parametrize("shape", [(1, 1, 1), (1, 3, 4), (2, 1, 7), (4, 12, 8), (7, 5, 3), (32, 12, 32)])
def test_windows_equal_one_run_to_the_last_bit(shape, width):
    lanes, features, units = shape
    p = problem(width, lanes, 23, features, units)
    whole, state, parts = ld.run(p.params, p.x, **p.flags), p.state, []
    for w in map(p.window, spans(23, width)):
        parts.append(ld.run(w.params, w.x, mask=w.mask, resets=w.resets, state=state))
        state = parts[-1].final
    joined = [np.concatenate(tracks, axis=1) for tracks in zip(*(part[:9] for part in parts), strict=True)]
    assert same_bits(tuple(joined), whole[:9])
    assert same_bits(state, whole.final)
    assert same_bits(parts[0].start, whole.start)


def test_how_the_input_lies_in_memory_changes_no_bit():
    p = problem(lanes=5, features=7, units=6)
    turned = np.asfortranarray(p.x)
    state = ld.State(*(np.asfortranarray(s) for s in p.state))
    assert same_bits(ld.run(p.params, p.x, **p.flags), ld.run(p.params, turned, **p.flags | {"state": state}))


@pytest.mark.parametrize("width", [1, 2, 3, 100])
def test_gradients_chained_over_windows_equal_those_of_one_run(width):
    p = problem(seed=width, steps=11)
    whole = ld.backward(p.params, ld.run(p.params, p.x, **p.flags), p.dh, p.dstate)
    state, runs = p.state, []
    for w in map(p.window, spans(11, width)):
        runs.append((w, ld.run(w.params, w.x, mask=w.mask, resets=w.resets, state=state)))
        state = runs[-1][1].final
    back, grads = p.dstate, []
    for w, trace in reversed(runs):
        grads.insert(0, ld.backward(p.params, trace, w.dh, back))
        back = grads[0].state
    for name in ("x", "h", "c"):
        assert_near(np.concatenate([getattr(g, name) for g in grads], axis=1), getattr(whole, name), 1e-12)
    assert_near(tuple(sum(ws) for ws in zip(*(g.params for g in grads), strict=True)), tuple(whole.params), 1e-12)
    assert_near(tuple(back), tuple(whole.state), 1e-12)


def test_without_dstate_windows_are_torchs_truncated_by_detach():
    p = problem(seed=6)._replace(dstate=ld.State(*np.zeros((2, 3, 3))))
    state = p.state
    for w in map(p.window, spans(8, 3)):
        trace = ld.run(w.params, w.x, mask=w.mask, resets=w.resets, state=state)
        grads = ld.backward(w.params, trace, w.dh)
        _out, _final, params, dx, _dstart = judged_by_lstm(w._replace(state=state))  # a leaf: detached
        assert_near((*grads.params, grads.x), (*params, dx), 1e-10)
        state = trace.final


# --- layouts: exact ways, and wrong ways -----------------------------------------------------------------------------

LENGTHS = [3, 1, 5, 2, 4]


def series(seed=0):
    p, rng = problem(seed), np.random.default_rng(seed)
    return p.params, [rng.normal(size=(n, 2)) for n in LENGTHS], [rng.normal(size=(n, 3)) for n in LENGTHS]


def alone(params, ragged, dragged):
    """Each series run by itself: outputs, final states, and the gradients of weights (summed) and inputs."""
    traces = [ld.run(params, one[None]) for one in ragged]
    grads = [ld.backward(params, t, d[None]) for t, d in zip(traces, dragged, strict=True)]
    weights = tuple(sum(ws) for ws in zip(*(g.params for g in grads), strict=True))
    return (
        tuple(t.h[0] for t in traces),
        tuple((t.final.h[0], t.final.c[0]) for t in traces),
        weights,
        tuple(g.x[0] for g in grads),
    )


def laid(layout, mask=True, resets=True, fill=np.nan):
    """A way to run ragged series: on this layout, with or without its flags."""

    def way(params, ragged, dragged):
        flags = {"mask": layout.mask if mask else None, "resets": layout.resets if resets else None}
        trace = ld.run(params, layout.lay(ragged, fill=fill if mask else 0), **flags)
        grads = ld.backward(params, trace, layout.lay(dragged))
        last = [(h[-1], c[-1]) for h, c in zip(layout.unlay(trace.h), layout.unlay(trace.c), strict=True)]
        return tuple(layout.unlay(trace.h)), tuple(last), tuple(grads.params), tuple(layout.unlay(grads.x))

    return way


EXACT = {
    "left, mask": laid(ld.pad_left(LENGTHS), resets=False),
    "left, mask and resets": laid(ld.pad_left(LENGTHS, width=9)),
    "left, resets at first steps and no mask": laid(ld.pad_left(LENGTHS), mask=False),
    "right, mask": laid(ld.pad_right(LENGTHS), resets=False),
    "right, no mask, read at the last real step": laid(ld.pad_right(LENGTHS), mask=False, resets=False),
    "back to back, resets": laid(ld.back_to_back(LENGTHS, 2)),
    "back to back, one lane": laid(ld.back_to_back(LENGTHS, 1)),
    "back to back, gap, no mask": laid(ld.back_to_back(LENGTHS, 3, gap=2), mask=False),
    "back to back, gap, mask": laid(ld.back_to_back(LENGTHS, 3, gap=1)),
}


@pytest.mark.parametrize("way", EXACT)
def test_an_exact_way_gives_each_series_what_it_gets_alone(way):
    params, ragged, dragged = series()
    outputs, finals, weights, dx = alone(params, ragged, dragged)
    got = EXACT[way](params, ragged, dragged)
    assert_near(got[0], outputs, 1e-12)
    assert_near(got[1], finals, 1e-12)
    assert_near(got[2], weights, 1e-12)
    assert_near(got[3], dx, 1e-12)


@pytest.mark.parametrize("place", [ld.pad_left, ld.pad_right])
def test_with_the_mask_the_final_state_is_each_series_own_whichever_side_is_padded(place):
    params, ragged, dragged = series()
    layout = place(LENGTHS, width=7)
    final = ld.run(params, layout.lay(ragged, fill=np.inf), mask=layout.mask).final
    finals = alone(params, ragged, dragged)[1]
    assert_near(tuple(zip(final.h, final.c, strict=True)), finals, 1e-12)


@pytest.mark.parametrize("width", [1, 2, 3, 100])
@pytest.mark.parametrize(
    "layout", [ld.pad_left(LENGTHS), ld.pad_right(LENGTHS), ld.back_to_back(LENGTHS, 2), ld.back_to_back(LENGTHS, 2, 1)]
)
def test_windows_with_the_state_carried_give_each_series_what_it_gets_alone(layout, width):
    params, ragged, dragged = series()
    pieces, state, grid = [], None, layout.lay(ragged, fill=np.nan)
    for k, w in enumerate(layout.windows(width)):
        trace = ld.run(params, grid[:, k * width : (k + 1) * width], mask=w.mask, resets=w.resets, state=state)
        state = trace.final
        pieces.append(w.unlay(trace.h))
    outputs = tuple(np.concatenate(ps) for ps in zip(*pieces, strict=True))
    assert_near(outputs, alone(params, ragged, dragged)[0], 1e-12)


def off(got, want):
    """By how much each series is off."""
    return np.array([np.abs(a - b).max() for a, b in zip(got, want, strict=True)])


def test_padded_left_without_a_mask_every_series_but_the_longest_is_wrong():
    params, ragged, dragged = series()
    want, got = (
        alone(params, ragged, dragged),
        laid(ld.pad_left(LENGTHS), mask=False, resets=False)(params, ragged, dragged),
    )
    longest = np.array(LENGTHS) == max(LENGTHS)
    assert (off(got[0], want[0])[~longest] > 1e-3).all()
    assert (off(got[0], want[0])[longest] < 1e-12).all()
    assert np.abs(got[2][2] - want[2][2]).max() > 1e-3  # the padding teaches the weights too


def test_padded_right_without_a_mask_the_last_column_is_not_the_last_step():
    params, ragged, dragged = series()
    layout = ld.pad_right(LENGTHS)
    final = ld.run(params, layout.lay(ragged)).final
    distance = off(final.h, [h for h, _c in alone(params, ragged, dragged)[1]])
    longest = np.array(LENGTHS) == max(LENGTHS)
    assert (distance[~longest] > 1e-3).all()
    assert (distance[longest] < 1e-12).all()


def test_back_to_back_without_resets_all_but_the_first_bleed():
    params, ragged, dragged = series()
    want, got = alone(params, ragged, dragged), laid(ld.back_to_back(LENGTHS, 1), resets=False)(params, ragged, dragged)
    first = np.arange(len(LENGTHS)) == 0
    assert (off(got[0], want[0])[~first] > 1e-3).all()
    assert (off(got[0], want[0])[first] < 1e-12).all()
    assert (off(got[3], want[3])[:-1] > 1e-4).all()  # gradients bleed the other way: all but the last
    assert off(got[3], want[3])[-1] > 1e-4  # whose state before was wrong


@pytest.mark.parametrize(("resets", "bleeds"), [(True, False), (False, True)])
def test_gradient_crosses_into_the_series_before_only_without_resets(resets, bleeds):
    params, ragged, dragged = series()
    layout = ld.back_to_back(LENGTHS, 1)
    only_last = [d * (k == len(LENGTHS) - 1) for k, d in enumerate(dragged)]
    trace = ld.run(params, layout.lay(ragged), resets=layout.resets if resets else None)
    dx = layout.unlay(ld.backward(params, trace, layout.lay(only_last)).x)
    assert [d.any() for d in dx] == [bleeds] * (len(LENGTHS) - 1) + [True]


# --- the counting cell -----------------------------------------------------------------------------------------------


def count(mask=None, resets=None, state=None, steps=4):
    """What c reads when every gate is 1: the real steps since the last reset."""
    return ld.run(COUNTING, np.zeros((1, steps, 1)), mask=mask, resets=resets, state=state).c[0, :, 0].tolist()


TWO = ld.back_to_back([2, 2], lanes=1)


@pytest.mark.parametrize(
    ("counted", "want"),
    [
        (lambda: count(mask=ld.pad_left([2], width=4).mask), [0, 0, 1, 2]),
        (lambda: count(), [1, 2, 3, 4]),
        (lambda: count(mask=ld.pad_right([2], width=4).mask), [1, 2, 2, 2]),
        (lambda: count(resets=TWO.resets), [1, 2, 1, 2]),
        (lambda: count(mask=TWO.mask), [1, 2, 3, 4]),
        (lambda: count(resets=ld.pad_left([2], width=4).resets), [1, 2, 1, 2]),
        (lambda: count(mask=np.array([[True, False, True, False]])), [1, 1, 2, 2]),
        (lambda: count(state=ld.State(np.zeros((1, 1)), np.full((1, 1), 7.0))), [8, 9, 10, 11]),
        # a reset on a masked step: zeroed, then held at zero
        (lambda: count(np.array([[True, True, False, True]]), np.array([[False, False, True, False]])), [1, 2, 0, 1]),
    ],
    ids=["left", "no mask", "right", "back to back", "bleeding", "left, resets", "holes", "carried", "masked reset"],
)
def test_the_counting_cell_reads_the_layout_back(counted, want):
    assert counted() == want


@pytest.mark.parametrize("params", [COUNTING, ld.counting_params(), ld.counting_params(features=2)])
def test_the_counting_cell_counts_with_gates_of_exactly_1_whatever_it_reads(params):
    trace = ld.run(params, np.random.default_rng(0).normal(size=(2, 4, params.weight_ih.shape[1])))
    assert all((gate == 1).all() for gate in trace[:4])
    assert trace.c[..., 0].tolist() == [[1, 2, 3, 4]] * 2


# --- values --------------------------------------------------------------------------------------------------------


def test_no_argument_is_mutated():
    p = problem()
    assert unchanged(lambda q: ld.run(q.params, q.x, **q.flags), p)
    assert unchanged(lambda q: ld.step(q.params, q.x[:, 0], q.state), p)
    trace = ld.run(p.params, p.x, **p.flags)
    assert unchanged(lambda q, t: ld.backward(q.params, t, q.dh, q.dstate), p, trace)


def test_a_trace_and_its_final_state_are_nobodys_views():
    p = problem()._replace(mask=np.full((3, 8), True))
    trace = ld.run(p.params, p.x, **p.flags)
    given = (*p.params, p.x, p.mask, p.resets, *p.state)
    mine = (*trace[:9], *trace.start, *trace.final)
    assert not any(np.shares_memory(a, b) for a in given for b in mine)
    assert not any(np.shares_memory(a, b) for a in trace.final for b in trace[:9])
    grads = ld.backward(p.params, trace, p.dh, p.dstate)
    got = (*grads.params, grads.x, grads.h, grads.c, *grads.state)
    assert not any(np.shares_memory(a, b) for a in (p.dh, *p.dstate, *mine) for b in got)


def test_read_only_and_single_precision_and_plain_lists_are_read_like_float64():
    p = problem()
    single = ld.run(p.params, p.x.astype(np.float32), state=ld.State(*(s.astype(np.float32) for s in p.state)))
    double = ld.run(
        p.params,
        p.x.astype(np.float32).astype(float),
        state=ld.State(*(s.astype(np.float32).astype(float) for s in p.state)),
    )
    assert same_bits(single, double)
    frozen = p.x.copy()
    frozen.flags.writeable = False
    assert same_bits(ld.run(p.params, frozen), ld.run(p.params, p.x.tolist()))


def test_init_params_is_reproducible_and_as_it_says():
    params = ld.init_params(3, 5, seed=1)
    assert same_bits(params, ld.init_params(3, 5, seed=1))
    assert not same_bits(params, ld.init_params(3, 5, seed=2))
    assert [w.shape for w in params] == [(20, 3), (20, 5), (20,)]
    assert np.allclose(params.weight_hh.T @ params.weight_hh, np.eye(5), atol=1e-12)
    assert params.bias.tolist() == [0] * 5 + [1] * 5 + [0] * 10
    assert ld.init_params(3, 5, forget_bias=0.0).bias.tolist() == [0] * 20


def test_init_params_draws_uniform_to_glorots_limit_and_both_signs_alike():
    weights = ld.init_params(40, 60)
    limit = math.sqrt(6 / (40 + 240))
    assert 0.98 * limit < np.abs(weights.weight_ih).max() <= limit
    assert abs(weights.weight_ih.std() / (limit / math.sqrt(3)) - 1) < 0.02
    ones = [ld.init_params(1, 1, seed=s).weight_hh[0, 0] for s in range(40)]
    assert 10 < sum(w > 0 for w in ones) < 30  # QR alone would give every first entry one sign


# --- refusals --------------------------------------------------------------------------------------------------------

P: Problem = problem()
TRACE = ld.run(P.params, P.x, **P.flags)
SHAPE = "; check the axes"
FINITE = "; mask such steps, or clean the data"
FLAGS = "; lay flags and x with one layout"
RAGGED = (
    "{}: expected what NumPy can make one array of, got a ragged list; "
    "lay ragged series with a layout, or pass one at a time"
)


def params_with(**changes):
    return lambda: ld.run(P.params._replace(**changes), P.x)


def run_with(x=P.x, **flags):
    return lambda: ld.run(P.params, x, **flags)


def traced(name, value):
    """backward over a trace of which one field is another."""
    return lambda: ld.backward(P.params, TRACE._replace(**{name: value}), P.dh)


def but(array, value, *at):
    changed = np.array(array)
    changed[at] = value
    return changed


REFUSALS = [
    # params
    (
        "params: expected Params(weight_ih, weight_hh, bias), got tuple; see init_params",
        lambda: ld.run(tuple(P.params), P.x),
    ),
    (
        "params.weight_ih: expected 4H rows, H for each of i, f, g, o, got 10; stack the four blocks",
        params_with(weight_ih=np.ones((10, 2))),
    ),
    (
        "params.weight_ih: expected 4H rows, H for each of i, f, g, o, got 0; stack the four blocks",
        params_with(weight_ih=np.ones((0, 2))),
    ),
    (f"params.weight_ih: expected shape (any, any), got (12,){SHAPE}", params_with(weight_ih=np.ones(12))),
    (f"params.weight_hh: expected shape (12, 3), got (12, 4){SHAPE}", params_with(weight_hh=np.ones((12, 4)))),
    (f"params.bias: expected shape (12,), got (12, 1){SHAPE}", params_with(bias=np.ones((12, 1)))),
    (
        f"params.weight_ih: expected finite values, got nan at (2, 1){FINITE}",
        params_with(weight_ih=but(P.params.weight_ih, np.nan, 2, 1)),
    ),
    (
        f"params.weight_hh: expected finite values, got inf at (0, 0){FINITE}",
        params_with(weight_hh=but(P.params.weight_hh, np.inf, 0, 0)),
    ),
    (
        f"params.bias: expected finite values, got -inf at (3,){FINITE}",
        params_with(bias=but(P.params.bias, -np.inf, 3)),
    ),
    (RAGGED.format("params.weight_ih"), params_with(weight_ih=[[1], [2, 3]])),
    (RAGGED.format("params.bias"), params_with(bias=[[1], [2, 3]])),
    ("params.bias: expected real numbers, got <U1; give floats", params_with(bias=np.full(12, "a"))),
    # x
    (f"x: expected shape (any, any, 2), got (8, 2){SHAPE}", run_with(P.x[0])),
    (f"x: expected shape (any, any, 2), got (3, 8, 1){SHAPE}", run_with(P.x[..., :1])),
    (RAGGED.format("x"), run_with([[1], [2, 3]])),
    (RAGGED.format("x"), run_with([[[1.0, 2.0], [3.0]]])),
    (
        "x: expected what NumPy can make one array of, got Tensor (Can't call numpy() on Tensor that requires grad. "
        "Use tensor.detach().numpy() instead.); convert it to an array first",
        run_with(torch.tensor(P.x, requires_grad=True)),
    ),
    ("x: expected real numbers, got object; give floats", run_with([[[10**400, 1.0]]])),
    ("x: expected real numbers, got complex128; give floats", run_with(P.x + 0j)),
    ("x: expected real numbers, got object; give floats", run_with(np.full(P.x.shape, None))),
    ("x: expected at least one lane and one step, got shape (3, 0, 2); leave empty series out", run_with(P.x[:, :0])),
    ("x: expected at least one lane and one step, got shape (0, 8, 2); leave empty series out", run_with(P.x[:0])),
    (f"x: expected finite values, got nan at (1, 2, 0){FINITE}", run_with(but(P.x, np.nan, 1, 2, 0))),
    (
        f"x: expected finite values, got inf at (0, 7, 1){FINITE}",
        run_with(but(P.x, np.inf, 0, 7, 1), mask=but(P.mask, True, 0, 7)),
    ),
    # flags
    *(
        item
        for name in ("mask", "resets")
        for item in (
            (RAGGED.format(name), run_with(**{name: [[True], [True, False]]})),
            (
                f"{name}: expected bool, got int64; compare first, as in {name} == 1",
                run_with(**{name: P.mask.astype(int)}),
            ),
            (
                f"{name}: expected bool, got float64; compare first, as in {name} == 1",
                run_with(**{name: P.mask.astype(float)}),
            ),
            (
                f"{name}: expected shape (3, 8) like x without features, got (3, 7){FLAGS}",
                run_with(**{name: P.mask[:, :7]}),
            ),
            (f"{name}: expected shape (3, 8) like x without features, got (8,){FLAGS}", run_with(**{name: P.mask[0]})),
            (
                f"{name}: expected shape (3, 8) like x without features, got (3, 8, 1){FLAGS}",
                run_with(**{name: P.mask[..., None]}),
            ),
        )
    ),
    # state
    (
        "state: expected State(h, c), got ndarray; give both, or leave it out for zeros",
        run_with(state=P.state.h),
    ),
    (
        "state: expected State(h, c), got tuple; give both, or leave it out for zeros",
        run_with(state=(*P.state, P.state.h)),
    ),
    (RAGGED.format("state.h"), run_with(state=P.state._replace(h=[[1], [2, 3]]))),
    (RAGGED.format("state.c"), run_with(state=P.state._replace(c=[[1], [2, 3]]))),
    (f"state.h: expected shape (3, 3), got (2, 3){SHAPE}", run_with(state=P.state._replace(h=P.state.h[:2]))),
    (f"state.c: expected shape (3, 3), got (1, 3){SHAPE}", run_with(state=P.state._replace(c=P.state.c[:1]))),
    (f"state.h: expected shape (3, 3), got (3, 2){SHAPE}", run_with(state=P.state._replace(h=P.state.h[:, :2]))),
    (
        f"state.h: expected finite values, got nan at (1, 2){FINITE}",
        run_with(state=P.state._replace(h=but(P.state.h, np.nan, 1, 2))),
    ),
    (
        f"state.c: expected finite values, got inf at (2, 0){FINITE}",
        run_with(
            state=P.state._replace(c=but(but(P.state.c, np.inf, 2, 0), np.inf, 0, 0)),
            resets=but(P.resets, [True, False, False], slice(None), 0),
        ),
    ),
    (  # a later reset comes too late
        f"state.h: expected finite values, got nan at (1, 2){FINITE}",
        run_with(
            state=P.state._replace(h=but(P.state.h, np.nan, 1, 2)), resets=np.arange(8)[None] * np.ones((3, 1)) > 0
        ),
    ),
    # step
    (RAGGED.format("x"), lambda: ld.step(P.params, [[1], [2, 3]], P.state)),
    (f"x: expected shape (any, 2), got (3, 8, 2){SHAPE}", lambda: ld.step(P.params, P.x, P.state)),
    (f"x: expected shape (any, 2), got (3, 1){SHAPE}", lambda: ld.step(P.params, P.x[:, 0, :1], P.state)),
    (
        f"x: expected finite values, got inf at (2, 1){FINITE}",
        lambda: ld.step(P.params, but(P.x[:, 0], np.inf, 2, 1), P.state),
    ),
    (f"state.h: expected shape (2, 3), got (3, 3){SHAPE}", lambda: ld.step(P.params, P.x[:2, 0], P.state)),
    (
        f"state.c: expected finite values, got nan at (0, 1){FINITE}",
        lambda: ld.step(P.params, P.x[:, 0], P.state._replace(c=but(P.state.c, np.nan, 0, 1))),
    ),
    (
        "params: expected Params(weight_ih, weight_hh, bias), got list; see init_params",
        lambda: ld.step(list(P.params), P.x[:, 0], P.state),
    ),
    # backward
    (
        "trace: expected the Trace of a run, got State; give what run returned",
        lambda: ld.backward(P.params, TRACE.final, P.dh),
    ),
    (f"dh: expected shape (3, 8, 3), got (3, 7, 3){SHAPE}", lambda: ld.backward(P.params, TRACE, P.dh[:, :7])),
    (f"dh: expected shape (3, 8, 3), got (8, 3){SHAPE}", lambda: ld.backward(P.params, TRACE, P.dh[0])),
    (
        f"dh: expected finite values, got nan at (2, 5, 1){FINITE}",
        lambda: ld.backward(P.params, TRACE, but(P.dh, np.nan, 2, 5, 1)),
    ),
    (
        f"dstate.c: expected shape (3, 3), got (2, 3){SHAPE}",
        lambda: ld.backward(P.params, TRACE, P.dh, P.dstate._replace(c=P.dstate.c[:2])),
    ),
    (
        f"dstate.h: expected finite values, got inf at (0, 0){FINITE}",
        lambda: ld.backward(P.params, TRACE, P.dh, P.dstate._replace(h=but(P.dstate.h, np.inf, 0, 0))),
    ),
    (
        "dstate: expected State(h, c), got ndarray; give both, or leave it out for zeros",
        lambda: ld.backward(P.params, TRACE, P.dh, P.dstate.h),
    ),
    (
        f"trace.x: expected shape (any, any, 1), got (3, 8, 2){SHAPE}",
        lambda: ld.backward(problem(features=1).params, TRACE, P.dh),
    ),
    (
        f"trace.i: expected shape (3, 8, 2), got (3, 8, 3){SHAPE}",
        lambda: ld.backward(problem(units=2).params, TRACE, P.dh[..., :2]),
    ),
    (RAGGED.format("dh"), lambda: ld.backward(P.params, TRACE, [[1], [2, 3]])),
    (RAGGED.format("dstate.c"), lambda: ld.backward(P.params, TRACE, P.dh, P.dstate._replace(c=[[1], [2, 3]]))),
    # each field of the trace, cut, ragged, replaced, poisoned
    *(
        item
        for n in TRACE._fields[:6]
        for item in (
            (f"trace.{n}: expected shape (3, 8, 3), got (3, 7, 3){SHAPE}", traced(n, getattr(TRACE, n)[:, :7])),
            (f"trace.{n}: expected shape (3, 8, 3), got (2, 8, 3){SHAPE}", traced(n, getattr(TRACE, n)[:2])),
            (f"trace.{n}: expected shape (3, 8, 3), got (){SHAPE}", traced(n, 1.0)),
            (f"trace.{n}: expected real numbers, got object; give floats", traced(n, None)),
            (RAGGED.format(f"trace.{n}"), traced(n, [[1], [2, 3]])),
            (
                f"trace.{n}: expected finite values, got nan at (2, 7, 0){FINITE}",
                traced(n, but(getattr(TRACE, n), np.nan, 2, 7, 0)),
            ),
        )
    ),
    (f"trace.x: expected finite values, got nan at (1, 2, 0){FINITE}", traced("x", but(TRACE.x, np.nan, 1, 2, 0))),
    (
        "trace.x: expected at least one lane and one step, got shape (3, 0, 2); leave empty series out",
        traced("x", TRACE.x[:, :0]),
    ),
    (f"trace.i: expected shape (3, 7, 3), got (3, 8, 3){SHAPE}", traced("x", TRACE.x[:, :7])),
    *(
        item
        for n in ("mask", "resets")
        for item in (
            (
                f"trace.{n}: expected shape (3, 8) like x without features, got (3, 7){FLAGS}",
                traced(n, getattr(TRACE, n)[:, :7]),
            ),
            (
                f"trace.{n}: expected bool, got int64; compare first, as in trace.{n} == 1",
                traced(n, getattr(TRACE, n).astype(int)),
            ),
            (f"trace.{n}: expected bool, got object; compare first, as in trace.{n} == 1", traced(n, None)),
            (RAGGED.format(f"trace.{n}"), traced(n, [[True], [True, False]])),
        )
    ),
    (
        "trace.start: expected State(h, c), got NoneType; give both, or leave it out for zeros",
        traced("start", None),
    ),
    (
        "trace.start: expected State(h, c), got ndarray; give both, or leave it out for zeros",
        traced("start", P.state.h),
    ),
    *(
        (f"trace.start.{n}: expected {expected}", traced("start", P.state._replace(**{n: value(getattr(P.state, n))})))
        for n in "hc"
        for expected, value in (
            (f"shape (3, 3), got (2, 3){SHAPE}", lambda s: s[:2]),
            (f"finite values, got inf at (1, 2){FINITE}", lambda s: but(s, np.inf, 1, 2)),
        )
    ),
    (
        "params: expected Params(weight_ih, weight_hh, bias), got NoneType; see init_params",
        lambda: ld.backward(None, TRACE, P.dh),
    ),
    # init_params
    ("features: expected a whole number of at least 1, got 0; give an int", lambda: ld.init_params(0, 1)),
    ("features: expected a whole number of at least 1, got 2.0; give an int", lambda: ld.init_params(2.0, 1)),
    ("units: expected a whole number of at least 1, got True; give an int", lambda: ld.init_params(1, True)),
    ("units: expected a whole number of at least 1, got 0; give an int", lambda: ld.init_params(1, 0)),
    ("seed: expected a whole number of at least 0, got -1; give an int", lambda: ld.init_params(1, 1, seed=-1)),
    ("seed: expected a whole number of at least 0, got None; give an int", lambda: ld.init_params(1, 1, seed=None)),
    ("features: expected a whole number of at least 1, got 0; give an int", lambda: ld.counting_params(0)),
    *(
        (
            f"forget_bias: expected a finite number, got {got}; 1.0 is usual",
            lambda value=value: ld.init_params(1, 1, forget_bias=value),
        )
        for got, value in (
            ("nan", float("nan")),
            ("-inf", -math.inf),
            ("None", None),
            ("'1'", "1"),
            ("True", True),
            ("1j", 1j),
            ("array([1., 2.])", np.array([1.0, 2.0])),
            ("[1.0]", [1.0]),
        )
    ),
    (RAGGED.format("forget_bias"), lambda: ld.init_params(1, 1, forget_bias=[[1], [2, 3]])),
]


@pytest.mark.parametrize(("message", "call"), REFUSALS)
def test_refused_with_argument_expected_got_and_cure(message, call):
    refused(message, call)


@given(st.sampled_from(POISONS[:3]), st.integers(0, 2), st.integers(0, 7))
def test_what_is_not_finite_is_refused_exactly_at_real_steps(poison, lane, step):
    x = but(P.x, poison, lane, step)
    if P.mask[lane, step]:
        refused(f"x: expected finite values, got {poison} at {(lane, step, 0)}{FINITE}", run_with(x, mask=P.mask))
    else:
        ld.run(P.params, x, mask=P.mask)


def test_a_state_that_is_reset_at_once_may_be_anything_forwards_and_backwards():
    resets = but(P.resets, True, 1, 0)
    poisoned = P.state._replace(c=but(P.state.c, np.nan, 1, 2))
    traces = [ld.run(P.params, P.x, mask=P.mask, resets=resets, state=state) for state in (P.state, poisoned)]
    assert same_bits(*(ld.backward(P.params, trace, P.dh, P.dstate) for trace in traces))


def test_a_trace_of_plain_lists_is_read_like_the_arrays():
    plain = ld.Trace(*(a.tolist() for a in TRACE[:9]), ld.State(*(s.tolist() for s in TRACE.start)))
    assert same_bits(ld.backward(P.params, plain, P.dh), ld.backward(P.params, TRACE, P.dh))


@pytest.mark.parametrize("bias", [2, np.float32(2), np.array(2.0)])
def test_the_forget_bias_may_be_any_one_number(bias):
    assert ld.init_params(1, 2, forget_bias=bias).bias.tolist() == [0, 0, 2, 2, 0, 0, 0, 0]
