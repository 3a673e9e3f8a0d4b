"""Recalling the first step: what each way makes of padding, judged by each series alone; the training, the sweep."""

import csv
import io
import itertools
import math
from pathlib import Path

import numpy as np
import pytest
import sweep_flags
import torch

import lstm_demo as ld
from lstm_demo import recall, tables
from lstm_demo.torch_lstm import params_of

ROOT = Path(__file__).resolve().parents[1]
EXACT = {("mask + learnt first state", "left"), ("mask + learnt first state", "right"), *recall.EXACT}
every_way = pytest.mark.parametrize("way", recall.WAYS)
every_side = pytest.mark.parametrize("side", recall.SIDES)


def net_of(way, start="PyTorch", seed=0):
    torch.manual_seed(seed)
    net = recall.RecallNet(way, start, units=5)
    if way == "mask + learnt first state":
        torch.nn.init.normal_(net.first)
    return net


def by_numpy(net, one):
    """The final h of one series (n, 1) without padding, by the NumPy cell."""
    if net.way == "flag":
        one = np.concatenate([one, np.zeros_like(one)], axis=1)
    state = None
    if net.way == "mask + learnt first state":
        state = ld.State(*(s.detach().double().numpy()[None] for s in net.first))
    return ld.run(params_of(net.net.lstm), one[None], state=state).final.h[0]


# --- the data --------------------------------------------------------------------------------------------------------


@every_side
def test_the_series_are_those_of_recall_first_on_their_side(side):
    x, mask, positive = recall.laid(side, count=40, seed=3)
    series, labels = ld.recall_first(40, 3, 15, seed=3)
    assert x.shape == (40, 30, 1)
    assert mask.dtype == torch.bool
    for lane, one in enumerate(series):
        where = slice(0, len(one)) if side == "right" else slice(30 - len(one), 30)
        np.testing.assert_array_equal(x[lane, where, 0], one[:, 0].astype(np.float32))
        assert mask[lane, where].all()
        assert mask[lane].sum() == len(one)
    assert (x[~mask] == 0).all()
    assert positive.tolist() == labels.tolist()


def test_the_flag_stands_behind_and_is_one_on_padding():
    x, mask, _ = recall.laid("left", count=5)
    flagged = recall.flagged(x, mask)
    np.testing.assert_array_equal(flagged, ld.with_flag(x.numpy(), mask.numpy()))


# --- what each way makes of padding ----------------------------------------------------------------------------------


@every_side
@every_way
def test_a_way_equals_each_series_alone_just_where_it_is_said_to_be_exact(way, side):
    net, (x, mask, _) = net_of(way), recall.laid(side, count=30)
    with torch.no_grad():
        h = net(x, mask).h.numpy()
    alone = np.stack([by_numpy(net, one[real].double().numpy()) for one, real in zip(x, mask, strict=True)])
    gaps = np.abs(h - alone).max(axis=1)
    if (way, side) in EXACT:
        assert gaps.max() < 1e-6
    else:
        assert np.median(gaps) > 1e-3


def test_closed_gates_behind_leave_zeros():
    net, (x, mask, _) = net_of("closed gates"), recall.laid("right", count=5)
    state = net(x, mask)
    assert (state.h == 0).all()
    assert (state.c == 0).all()


def test_packing_reads_from_the_left_whatever_stands_there():
    net, (x, mask, _) = net_of("packed"), recall.laid("left", count=20)
    lengths = mask.sum(dim=1)
    with torch.no_grad():
        h = net(x, mask).h
    for lane, n in enumerate(lengths.tolist()):
        np.testing.assert_allclose(h[lane], by_numpy(net, x[lane, :n].double().numpy()), atol=1e-6)


def test_only_the_flag_has_one_more_column_and_only_a_learnt_start_one_more_parameter():
    counts = {way: sum(p.numel() for p in net_of(way).parameters()) for way in recall.WAYS}
    plain = counts.pop("nothing")
    assert counts.pop("flag") == plain + 4 * 5
    assert counts.pop("mask + learnt first state") == plain + 2 * 5
    assert set(counts.values()) == {plain}


def test_a_learnt_start_gets_a_gradient_and_begins_at_zero():
    torch.manual_seed(0)
    net, (x, mask, _) = recall.RecallNet("mask + learnt first state"), recall.laid("left", count=5)
    assert (net.first == 0).all()
    net.answers(x, mask).sum().backward()
    assert net.first.grad.abs().min() > 0


def test_keras_start_has_a_forget_bias_of_one_and_no_other():
    bias = params_of(net_of("flag", "Keras").net.lstm).bias
    assert bias.tolist() == [0] * 5 + [1] * 5 + [0] * 10
    assert np.abs(params_of(net_of("flag").net.lstm).bias).min() > 0


# --- training --------------------------------------------------------------------------------------------------------


def test_the_seed_alone_decides_what_a_net_becomes():
    def weights(seed):
        return torch.cat([p.flatten() for p in recall.train("flag", "left", "Keras", seed, batches=3).parameters()])

    torch.manual_seed(5)
    first = weights(0)
    torch.manual_seed(6)
    assert torch.equal(first, weights(0))
    assert not torch.equal(first, weights(1))


def test_training_on_the_exact_ways_goes_the_same_way_whatever_the_side():
    nets = [recall.train(*choice, batches=4) for choice in sorted(EXACT) if "learnt" not in choice[0]]
    for net in nets[1:]:
        for a, b in zip(nets[0].parameters(), net.parameters(), strict=True):
            assert (a - b).abs().max() < 1e-4


@pytest.mark.parametrize("start", recall.STARTS)
def test_the_exact_ways_are_one_function_of_the_same_weights(start):
    untrained = recall.apart(0, start, seed=1, count=60)
    assert 0 <= untrained < 1e-6
    nets = {way: recall.fresh(way, start, seed=1) for way, _ in recall.EXACT}
    for net in nets.values():
        for a, b in zip(nets["mask"].parameters(), net.parameters(), strict=True):
            assert torch.equal(a, b)
    assert recall.apart(3, start, seed=1, count=60) < 1e-4


def test_the_largest_difference_of_any_answer_tells_how_far_they_are_apart(monkeypatch):
    monkeypatch.setattr(recall, "EXACT", (("mask", "left"), ("packed", "right"), ("nothing", "right")))
    found = []
    for way, side in recall.EXACT:
        (x, mask, _), net = recall.laid(side, 60, seed=2), recall.train(way, side, seed=4, batches=2)
        with torch.no_grad():
            found.append(net.answers(x, mask))
    wanted = (found[2] - found[0]).abs().max().item()
    assert recall.apart(2, seed=4, count=60) == pytest.approx(wanted, abs=1e-6)
    assert wanted > 1e-3


def test_a_net_answers_as_it_is_told_whatever_it_was_trained_with():
    net, (x, mask, positive) = recall.fresh("nothing", seed=3), recall.laid("left", 60, seed=2)
    torch.nn.init.zeros_(net.head.bias)  # or it says the same to all
    state, found = ld.State(*(5 * torch.randn(2, 60, 16))), []
    for told in ({}, {"mask": mask}, {"mask": mask, "state": state}):
        with torch.no_grad():
            said = net.head(net.net(x, **told)[1].h)[:, 0] > 0
        found.append(recall.answered(net, x, positive, **told))
        assert found[-1] == pytest.approx((said == (positive > 0)).float().mean().item())
    assert len(set(found)) > 1


@every_side
@every_way
def test_what_is_learnt_is_measured_as_it_says(way, side):
    torch.manual_seed(1)
    net = recall.RecallNet(way)
    found, (x, mask, positive) = recall.learnt(net, side, count=60), recall.laid(side, count=60, seed=2)
    alone = np.stack([by_numpy(net, one[real].double().numpy()) for one, real in zip(x, mask, strict=True)])
    with torch.no_grad():
        h, head = net(x, mask).h.numpy(), net.head
        said = [head(torch.tensor(some).float())[:, 0].numpy() > 0 for some in (h, alone)]
    assert found.accuracy == pytest.approx(np.mean(said[0] == (positive.numpy() > 0)))
    assert found.alone == pytest.approx(np.mean(said[1] == (positive.numpy() > 0)))
    gap = (np.linalg.norm(h - alone, axis=1) / np.linalg.norm(alone, axis=1)).mean()
    assert found.gap == pytest.approx(gap, rel=1e-3, abs=1e-5)
    assert math.isnan(found.forget) == math.isnan(found.input) == (way not in ("nothing", "flag"))


def test_the_gates_on_padding_are_those_of_padded_steps_only():
    net = net_of("flag")
    with torch.no_grad():
        net.net.lstm.weight_ih_l0[:5, 1], net.net.lstm.weight_ih_l0[5:10, 1] = -60, 60
    x, mask, _ = recall.laid("right", count=20, seed=2)
    forget, input_ = recall._on_padding(net, x, mask)
    assert forget == pytest.approx(1)
    assert input_ == pytest.approx(0, abs=1e-12)


def test_reach_is_the_slope_of_the_answer_on_the_first_step():
    for way, side in itertools.product(("nothing", "mask"), recall.SIDES):
        torch.manual_seed(2)
        net, (x, mask, _) = recall.RecallNet(way).double(), recall.laid(side, count=25)
        x, first, slopes = x.double(), mask.int().argmax(dim=1), []
        for lane in range(25):
            nudged = x[lane : lane + 1].repeat(2, 1, 1)
            nudged[:, first[lane], 0] += torch.tensor([1e-4, -1e-4], dtype=torch.float64)
            with torch.no_grad():
                up, down = net.answers(nudged, mask[lane : lane + 1].expand(2, -1))
            slopes.append(abs(up - down).item() / 2e-4)
        assert recall.reach(way, side, seed=2, count=25) == pytest.approx(np.median(slopes), rel=0.05)


def test_what_is_not_known_is_refused_by_name():
    for name, call in {
        "way": lambda: recall.RecallNet("masks"),
        "start": lambda: recall.RecallNet("mask", "keras"),
        "side": lambda: recall.laid("both"),
        "seed": lambda: recall.train("mask", "left", seed=-1),
        "batches": lambda: recall.train("mask", "left", batches=0),
    }.items():
        with pytest.raises(ValueError, match=f"^{name}: expected .*, got .*; "):
            call()


# --- the sweep -------------------------------------------------------------------------------------------------------


def test_the_stored_table_has_every_entry_of_the_sweep_in_its_order():
    stored = [row[:5] for row in tables.flag_table()]
    assert stored == list(sweep_flags.entries(sweep_flags.Scale()))
    assert len(set(stored)) == len(stored)


def test_the_stored_numbers_are_what_they_can_be():
    for row in tables.flag_table():
        assert 0.3 < row.accuracy <= 1
        assert 0.3 < row.alone <= 1
        assert ((row.way, row.side) in EXACT) == (row.gap < 1e-5)
        assert math.isnan(row.forget) == math.isnan(row.input) == (row.way not in ("nothing", "flag"))
        assert not row.forget <= 0
        assert not row.input >= 1


def test_a_quick_sweep_writes_a_table_of_the_same_form(tmp_path, capsys):
    threads = torch.get_num_threads()
    assert sweep_flags.main(["--quick", "--into", str(tmp_path)]) == 0
    assert torch.get_num_threads() == threads
    text = (tmp_path / "flags.csv").read_bytes().decode("ascii")
    rows = list(csv.reader(io.StringIO(text)))
    assert tuple(rows[0]) == tables.Recalled._fields
    assert len(rows) == 1 + 6 * 2 * 2 + 2 * 2
    assert text.endswith("\n")
    assert "\r" not in text
    assert "flags.csv" in capsys.readouterr().out
    before = (ROOT / "data" / "flags.csv").read_bytes()
    assert before.decode("ascii").split("\n")[0] == text.split("\n")[0]


def test_numbers_are_written_with_four_decimals_or_as_powers_and_missing_ones_as_nothing():
    row = tables.Recalled("flag", "left", "Keras", 0, 300, 0.98, 1.0, 1.2e-7, math.nan, 0.25)
    assert sweep_flags.written(row) == "flag,left,Keras,0,300,0.9800,1.0000,1.2e-07,,0.2500"
