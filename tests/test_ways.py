"""Laws of the registry: each way is exact in what it says of itself, and plainly wrong in what it does not say."""

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from problems import GRADS, VALUES, alone, drawn, flat, slopes
from torch import nn
from torch.nn.utils import prune

from lstm_demo.ways import WAYS

LENGTHS = (3, 9, 1, 5, 9, 2, 7, 40, 4, 33)
every_way = pytest.mark.parametrize("name", WAYS)
# What cannot be right by chance: on lengths as different as these, the wrong ways are wrong by more than this.
PLAIN = 1e-3


def problem(lengths, dtype=torch.float64, seed=0):
    """An nn.LSTM, and series that are leaves."""
    torch.manual_seed(seed)
    lstm = nn.LSTM(2, 5, batch_first=True).to(dtype)
    return lstm, [drawn(n, 2, seed=seed + k, dtype=dtype) for k, n in enumerate(lengths)]


def gap(got, want):
    return max((a - b).abs().max().item() for a, b in zip(got, want, strict=True))


def gaps(said, judged):
    """How far outputs and final state are off; where a way gives no c, h alone."""
    (outputs, state), (want, ends) = said, judged
    return gap(outputs, want), gap(flat(state), ends[: len(flat(state))])


@every_way
@pytest.mark.parametrize("dtype", [torch.float64, torch.float32])
def test_a_way_is_exact_where_it_says_so_and_wrong_where_not_and_gives_no_gradient_where_none(name, dtype):
    (lstm, series), way = problem(LENGTHS, dtype), WAYS[name]
    said, judged = way.run(lstm, series), alone(lstm, series)
    for off, exact in zip(gaps(said, judged), (way.value, way.final), strict=True):
        assert off < VALUES[dtype] if exact else off > PLAIN
    assert any(one.requires_grad for one in flat(said)) == (way.gradient is not None)
    if way.gradient is None:
        return
    asked = [k for k, exact in enumerate((way.value, way.final)) if exact] or [0, 1]  # what the loss is made of
    got, want = (
        slopes([(outputs, state.h)[k] for k in asked], [*lstm.parameters(), *series])
        for outputs, state in (said, judged)
    )
    error = max(((a - b).abs().max() / b.abs().max()).item() for a, b in zip(got, want, strict=True))
    assert error < GRADS[dtype] if way.gradient else error > PLAIN


@settings(max_examples=20)
@given(st.lists(st.integers(1, 12), min_size=1, max_size=8), st.integers(0, 99))
def test_every_exact_way_says_the_same_on_any_lengths_in_the_callers_order(lengths, seed):
    lstm, series = problem(lengths, seed=seed)
    judged = alone(lstm, series)
    for way in WAYS.values():
        said = way.run(lstm, series)
        assert [one.shape for one in said[0]] == [(n, 5) for n in lengths]
        for off, exact in zip(gaps(said, judged), (way.value, way.final), strict=True):
            assert off < 1e-12 or not exact


@every_way
def test_series_of_one_length_leave_nothing_to_be_wrong_about_also_where_the_layer_is_pruned(name):
    lstm, series = problem([6] * 4)
    prune.l1_unstructured(lstm, "weight_hh_l0", amount=0.5)
    held = [*lstm.parameters(), *series]
    before = [one.detach().clone() for one in held] + [torch.get_rng_state()]
    assert max(gaps(WAYS[name].run(lstm, series), alone(lstm, series))) < 1e-12
    assert all(map(torch.equal, before, [*held, torch.get_rng_state()]))  # no way changes any of it


def test_the_registry_holds_each_function_once_and_seven_that_are_exact_in_all():
    assert len({way.run for way in WAYS.values()}) == len(WAYS) == 12
    assert [way[1:] for way in WAYS.values()].count((True, True, True)) == 7
