"""Reach and lags: the numbers are right over the whole range of their controls, judged by autograd and by counting."""

import csv
from pathlib import Path

import numpy as np
import pytest
import torch
from problems import refused

import lstm_demo as ld
from lstm_demo import explore, plots
from lstm_demo.explore.reach import STEPS, WIDEST
from lstm_demo.torch_lstm import StatelessLSTM, load_params

TABLE = Path(__file__).resolve().parents[1] / "data" / "lags.csv"
WINDOWS = range(1, WIDEST + 1)


def by_counting(window, loop):
    """(used, blamed), counted in the head: row t, column s."""
    t, s = np.indices((STEPS, STEPS))
    past, same = s <= t, t // window == s // window
    return (past & same) if loop == "not carried" else past, past & {
        "detached": same,
        "not carried": same,
        "never detached": True,
        "detached at each step": t == s,
        "overlapping": t - s < window,
    }[loop]


@pytest.mark.parametrize("loop", explore.LOOPS)
@pytest.mark.parametrize("window", [*WINDOWS, STEPS, STEPS + 5])
def test_the_reach_is_what_one_counts(window, loop):
    reach = explore.reach_of(window, loop)
    used, blamed = by_counting(window, loop)
    np.testing.assert_array_equal(reach.used, used)
    np.testing.assert_array_equal(reach.blamed, blamed)
    assert reach.title.startswith(f"Windows of {window}, ")


@pytest.mark.parametrize("attach", [True, False])
@pytest.mark.parametrize("window", [1, 3, 5])
def test_the_gradients_of_the_numpy_cell_reach_where_autograd_does(window, attach):
    params, x = ld.init_params(1, 3, seed=2), np.random.default_rng(2).normal(size=8)
    net = StatelessLSTM(1, 3).double()
    load_params(net.lstm, params)
    read, state, said = torch.tensor(x)[None, :, None].requires_grad_(), None, []
    for part in read.split(window, dim=1):
        out, state = net(part, state=state)
        said += list(out[0].sum(dim=1))
        state = state if attach else ld.State(*(s.detach() for s in state))
    rows = [torch.autograd.grad(one, read, retain_graph=True)[0][0, :, 0] != 0 for one in said]
    np.testing.assert_array_equal(explore.blamed(params, x, window, attach=attach), torch.stack(rows).numpy())


def test_a_step_that_the_cell_cannot_read_is_neither_used_nor_blamed():
    blind = ld.init_params(1, 3, seed=2)._replace(weight_ih=np.zeros((12, 1)))
    x = np.ones(5)
    assert not explore.used(blind, x, 2).any()
    assert not explore.blamed(blind, x, 2, attach=True).any()


def test_the_stored_lags_are_those_of_the_table():
    with TABLE.open(encoding="ascii", newline="") as file:
        rows = list(csv.DictReader(file))
    assert explore.stored_windows() == sorted({int(row["window"]) for row in rows})
    for window in explore.stored_windows():
        lags = explore.stored_lags(window)
        assert lags.window == window
        assert list(lags.errors) == ["carried", "reset"]
        for state, errors in lags.errors.items():
            for (seed, k), error in np.ndenumerate(errors):
                wanted = {"window": str(window), "lag": str(lags.lags[k]), "state": state, "seed": str(seed)}
                (row,) = [row for row in rows if wanted.items() <= row.items()]
                assert float(row["error"]) == error


def test_the_explorers_show_what_is_computed_and_stored():
    reach, lags = explore.explore_reach(), explore.explore_lags()
    for window in WINDOWS:
        for loop in explore.LOOPS:
            said = reach.shown(window=window, loop=loop).sentence
            assert said == plots.describe_reach(explore.reach_of(window, loop))
    for window in explore.stored_windows():
        assert lags.shown(window=window).sentence == plots.describe_lags(explore.stored_lags(window))
    assert [value for _, value in lags.controls["window"].options] == explore.stored_windows()


def test_they_refuse_by_name():
    refused(
        f"loop: expected one of {list(explore.LOOPS)}, got 'kept'; take one of them",
        lambda: explore.reach_of(2, "kept"),
    )
    refused(
        f"window: expected one of {explore.stored_windows()}, got 5; take one that was trained",
        lambda: explore.stored_lags(5),
    )
    with pytest.raises(ValueError, match=r"^window: expected a whole number of at least 1, got 0"):
        explore.reach_of(0)
