"""Laws of lesson 08's clock."""

import pytest
import torch
from problems import refused
from test_ways import alone, gap, problem
from torch import nn

from lstm_demo.lessons.the_price import laps, race
from lstm_demo.ways import WAYS


def test_laps_are_the_least_milliseconds_of_all_rounds_but_the_first_all_in_turn(monkeypatch):
    clock, order = [0.0], []
    monkeypatch.setattr("lstm_demo.lessons.the_price.time.perf_counter", lambda: clock[0])

    def work(name, seconds):
        durations = iter(seconds)

        def run():
            order.append(name)
            clock[0] += next(durations)

        return run

    got = laps({"a": work("a", [0, 3, 1, 2]), "b": work("b", [0, 5, 6, 50])}, rounds=3)
    assert got == pytest.approx({"a": 1000.0, "b": 5000.0})
    assert order == ["a", "b"] * 4


def test_a_race_runs_each_way_there_and_back_and_leaves_the_gradients_of_its_last():
    lstm, series, *_ = problem([2, 5, 3])
    assert list(race(lstm, series, ("packed", "NumPy reference"), rounds=1)) == ["packed", "NumPy reference"]
    assert set(race(lstm, series, rounds=1)) == set(WAYS)
    race(lstm, series, ("back to back",), rounds=2)
    got = [p.grad.clone() for p in lstm.parameters()]
    lstm.zero_grad()
    alone(lstm, series)[1][0].square().mean().backward()
    assert gap(got, [p.grad for p in lstm.parameters()]) < 1e-12


@pytest.mark.parametrize(
    ("message", "given_"),
    [
        ("names: expected a list of ways, got 'packed'; see WAYS", {"names": "packed"}),
        (f"names: expected one of {[*WAYS]}, got 'packet'; see WAYS", {"names": ["packet"]}),
        (f"names: expected one of {[*WAYS]}, got None; see WAYS", {"names": [None]}),
        ("rounds: expected a whole number of at least 1, got 0; give an int", {"names": ["packed"], "rounds": 0}),
        ("lstm: expected an nn.LSTM, got GRU; nets of this module hold one in .lstm", {"lstm": nn.GRU(2, 5)}),
        (
            "series[1]: expected one step or more, got length 0; leave out series without steps",
            {"series": [torch.ones(2, 2).double(), torch.ones(0, 2).double()]},
        ),
    ],
)
def test_a_race_refuses_by_name_what_cannot_be_run(message, given_):
    lstm, series, *_ = problem([2, 3])
    refused(message, lambda: race(**{"lstm": lstm, "series": series} | given_))


@pytest.mark.parametrize("works", [[bool], {"a": bool, "b": 1}, None])
def test_laps_are_of_functions_by_name(works):
    with pytest.raises(ValueError, match=r"^works: expected functions by name, got .*; give {name: function}$"):
        laps(works)
