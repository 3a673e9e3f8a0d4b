"""Laws of the registry: each way is exact in what it says of itself, and plainly wrong in what it does not say."""

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from problems import flat
from torch import nn
from torch.nn.utils import prune

from lstm_demo.ways import WAYS

LENGTHS = (3, 9, 1, 5, 9, 2, 7, 40, 4, 33)
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


def gaps(said, judged):
    """How far outputs and final state are off; where a way gives no c, h alone."""
    (outputs, state), (want, ends) = said, judged
    return gap(outputs, want), gap(flat(state), ends[: len(flat(state))])


def gradients(outputs, h, problem, value, final):
    """Gradients of weights and series by a loss on the outputs, on the final h, or on both."""
    lstm, series, of_outputs, of_h = problem
    loss = sum((o * w).sum() for o, w in zip(outputs, of_outputs, strict=True)) * value + (h * of_h).sum() * final
    return torch.autograd.grad(loss, [*lstm.parameters(), *series])


@every_way
@pytest.mark.parametrize(("dtype", "near", "slope"), [(torch.float64, 1e-12, 1e-12), (torch.float32, 1e-6, 5e-5)])
def test_a_way_is_exact_where_it_says_so_and_wrong_where_not_and_gives_no_gradient_where_none(name, dtype, near, slope):
    asked, way = problem(LENGTHS, dtype), WAYS[name]
    (outputs, state), (want, ends) = said, judged = way.run(*asked[:2]), alone(*asked[:2])
    for off, exact in zip(gaps(said, judged), (way.value, way.final), strict=True):
        assert off < near if exact else off > PLAIN
    if way.gradient is None:
        assert not any(one.requires_grad for one in (*outputs, *state))
        return
    both = (way.value, way.final) if way.value or way.final else (True, True)
    pairs = zip(gradients(outputs, state.h, asked, *both), gradients(want, ends[0], asked, *both), strict=True)
    error = max(((a - b).abs().max() / b.abs().max()).item() for a, b in pairs)
    assert error < slope if way.gradient else error > PLAIN


@settings(max_examples=20)
@given(st.lists(st.integers(1, 12), min_size=1, max_size=8), st.integers(0, 99))
def test_every_exact_way_says_the_same_on_any_lengths_in_the_callers_order(lengths, seed):
    lstm, series, *_ = problem(lengths, seed=seed)
    judged = alone(lstm, series)
    for way in WAYS.values():
        said = way.run(lstm, series)
        offs = gaps(said, judged)
        assert [one.shape for one in said[0]] == [(n, 5) for n in lengths]
        assert not way.value or offs[0] < 1e-12
        assert not way.final or offs[1] < 1e-12


@every_way
def test_series_of_one_length_leave_nothing_to_be_wrong_about_also_where_the_layer_is_pruned(name):
    lstm, series, *_ = problem([6] * 4)
    prune.l1_unstructured(lstm, "weight_hh_l0", amount=0.5)
    held = [*lstm.parameters(), *series]
    before = [one.detach().clone() for one in held] + [torch.get_rng_state()]
    assert max(gaps(WAYS[name].run(lstm, series), alone(lstm, series))) < 1e-12
    assert all(map(torch.equal, before, [*held, torch.get_rng_state()]))  # no way changes any of it


def test_the_registry_holds_each_function_once_and_seven_that_are_exact_in_all():
    assert len({way.run for way in WAYS.values()}) == len(WAYS) == 12
    assert [way[1:] for way in WAYS.values()].count((True, True, True)) == 7
