"""Laws of the registry: each way is exact in what it says of itself, and plainly wrong in what it does not say."""

import inspect

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from problems import refused
from torch import nn
from torch.nn.utils import prune

from lstm_demo import ways
from lstm_demo.torch_lstm.kernel import fused
from lstm_demo.ways import WAYS, Way

LENGTHS = (3, 9, 1, 5, 9, 2, 7, 40, 4, 33)
lengths = st.lists(st.integers(1, 12), min_size=1, max_size=8)
every_way = pytest.mark.parametrize("name", WAYS)
# What cannot be right by chance: on lengths as different as these, the wrong ways are wrong by more than this.
PLAIN = 1e-3


def problem(lengths, dtype=torch.float64, seed=0):
    """An nn.LSTM and series that are leaves, and weights of a loss on all outputs and on the final h."""
    torch.manual_seed(seed)
    lstm = nn.LSTM(2, 5, batch_first=True).to(dtype)
    series = [torch.randn(n, 2, dtype=dtype, requires_grad=True) for n in lengths]
    return lstm, series, [torch.randn(n, 5, dtype=dtype) for n in lengths], torch.randn(len(lengths), 5, dtype=dtype)


def alone(lstm, series):
    """The judge: torch's own kernel, one series at a time from zeros."""
    results = [lstm(one[None]) for one in series]
    return [out[0] for out, _ in results], [torch.cat([hx[k][0] for _, hx in results]) for k in (0, 1)]


def gap(got, want):
    return max((a - b).abs().max().item() for a, b in zip(got, want, strict=True))


def finals(state, judged):
    """(what the way has, what is right), h and, where the way gives one, c."""
    return list(zip(*((a, b) for a, b in zip(state, judged, strict=True) if a is not None), strict=True))


def gradients(outputs, h, problem, value, final):
    """Gradients of weights and series by a loss on the outputs, on the final h, or on both."""
    lstm, series, of_outputs, of_h = problem
    loss = sum((o * w).sum() for o, w in zip(outputs, of_outputs, strict=True)) * value + (h * of_h).sum() * final
    return torch.autograd.grad(loss, [*lstm.parameters(), *series])


def largest_gap(got, want):
    """Of gradients: relative to the largest entry of each."""
    return max(((a - b).abs().max() / b.abs().max().clamp(min=1e-9)).item() for a, b in zip(got, want, strict=True))


@every_way
@pytest.mark.parametrize(("dtype", "near"), [(torch.float64, 1e-12), (torch.float32, 1e-6)])
def test_values_and_final_states_are_exact_where_the_way_says_so_and_wrong_where_not(name, dtype, near):
    lstm, series, *_ = problem(LENGTHS, dtype)
    way = WAYS[name]
    (outputs, state), (want, judged) = way.run(lstm, series), alone(lstm, series)
    assert (gap(outputs, want) < near) == way.value
    assert (gap(*finals(state, judged)) < near) == way.final
    if not way.value:
        assert gap(outputs, want) > PLAIN
    if not way.final:
        assert gap(*finals(state, judged)) > PLAIN


@every_way
@pytest.mark.parametrize(("dtype", "near"), [(torch.float64, 1e-12), (torch.float32, 5e-5)])
def test_gradients_are_exact_where_the_way_says_so_wrong_where_not_and_absent_where_none(name, dtype, near):
    given_ = problem(LENGTHS, dtype)
    way, (outputs, state), (want, (h, _)) = WAYS[name], WAYS[name].run(*given_[:2]), alone(*given_[:2])
    if way.gradient is None:
        assert not any(t.requires_grad for t in (*outputs, *state))
        return
    both = (way.value, way.final) if way.value or way.final else (True, True)
    error = largest_gap(gradients(outputs, state.h, given_, *both), gradients(want, h, given_, *both))
    assert (error < near) == way.gradient
    assert way.gradient or error > PLAIN


@settings(max_examples=30)
@given(lengths, st.integers(0, 99))
def test_every_exact_way_says_the_same_on_any_lengths(lengths, seed):
    lstm, series, *_ = problem(lengths, seed=seed)
    want, judged = alone(lstm, series)
    for way in WAYS.values():
        outputs, state = way.run(lstm, series)
        assert [o.shape for o in outputs] == [w.shape for w in want]
        assert state.h.shape == judged[0].shape
        assert not way.value or gap(outputs, want) < 1e-12
        assert not way.final or gap(*finals(state, judged)) < 1e-12


@every_way
def test_the_order_is_the_callers(name):
    lstm, series, *_ = problem(LENGTHS)
    order = np.random.default_rng(0).permutation(len(series))
    (outputs, state), (moved, after) = WAYS[name].run(lstm, series), WAYS[name].run(lstm, [series[k] for k in order])
    assert gap(moved, [outputs[k] for k in order]) < 1e-12
    assert gap([after.h], [state.h[order]]) < 1e-12


@every_way
def test_series_of_one_length_leave_nothing_to_be_wrong_about_but_truncation_and_the_learnt_flag(name):
    lstm, series, *_ = problem([6] * 4)
    (outputs, state), (want, judged) = WAYS[name].run(lstm, series), alone(lstm, series)
    assert gap(outputs, want) < 1e-12
    assert gap(*finals(state, judged)) < 1e-12


@every_way
def test_no_way_changes_the_weights_the_series_or_torchs_random_numbers(name):
    lstm, series, *_ = problem(LENGTHS)
    before = [t.detach().clone() for t in (*lstm.parameters(), *series)]
    random = torch.get_rng_state()
    WAYS[name].run(lstm, series)
    assert torch.equal(torch.get_rng_state(), random)
    assert all(torch.equal(a, b) for a, b in zip(before, (*lstm.parameters(), *series), strict=True))


@every_way
def test_a_way_is_refused_what_is_not_one_layer_batch_first(name):
    _, series, *_ = problem([2])
    if name == "back to back":  # takes every nn.LSTM
        name = "packed"
    cure = "got batch_first=False; make it with batch_first"
    refused(f"lstm: expected an nn.LSTM with batch_first=True, {cure}", lambda: WAYS[name].run(nn.LSTM(2, 3), series))
    for lstm in (nn.LSTM(2, 3, 2, batch_first=True), nn.GRU(2, 3, batch_first=True)):
        with pytest.raises(ValueError, match=r"^lstm: expected (one layer|an nn.LSTM)"):
            WAYS[name].run(lstm, series)


@every_way
def test_a_pruned_layer_runs_in_every_way_as_it_is(name):
    lstm, series, *_ = problem([6] * 3)
    prune.l1_unstructured(lstm, "weight_hh_l0", amount=0.5)
    (outputs, state), (want, judged) = WAYS[name].run(lstm, series), alone(lstm, series)
    assert gap(outputs, want) < 1e-12
    assert gap(*finals(state, judged)) < 1e-12


def test_the_registry_holds_ways_and_each_function_once():
    assert all(isinstance(way, Way) for way in WAYS.values())
    assert len({inspect.unwrap(way.run) for way in WAYS.values()}) == len(WAYS) == 12
    assert [(way.value, way.gradient, way.final) for way in WAYS.values()].count((True, True, True)) == 7


def test_the_weights_of_the_flag_feature_are_drawn_as_torch_draws_its_own_and_alike_each_time(monkeypatch):
    drawn = []
    monkeypatch.setattr(
        ways, "fused", lambda x, hx, weights, **how: drawn.append(weights[0][:, 2]) or fused(x, hx, weights, **how)
    )
    lstm, series = nn.LSTM(2, 50, batch_first=True), [torch.randn(n, 2) for n in (3, 1)]
    for _ in range(2):
        WAYS["left padding + flag feature"].run(lstm, series)
    like, own = lstm.weight_ih_l0.abs().max(), drawn[0].abs().max()
    assert 0.9 * like < own < 1.1 * like
    assert drawn[0].min() < -0.9 * own.item()
    assert drawn[0].max() > 0.9 * own.item()
    assert torch.equal(*drawn)
