"""Lesson 04: one cell by plain floats, its nets by torch alone."""

import itertools
import math

import numpy as np
import pytest
import torch
from seen import drawn_on

import lstm_demo as ld
from lstm_demo.lessons import masks_and_flags as lesson
from lstm_demo.lessons.masks_and_flags import FIRST, PADS, SIDES, STARTS, TOLD, WAYS, Recaller, one_cell


def by_hand(told, weight, side, pads):
    """c before and after each step, in plain floats: six ones, and a cell that reads no h."""

    def sigmoid(z):
        return 1 / (1 + math.exp(-z))

    along, w = [0.0], weight if told == "flag" else 0
    for real in [False] * pads + [True] * 6 if side == "left" else [True] * 6 + [False] * pads:
        c = sigmoid(2 + w * (not real)) * along[-1] + sigmoid(1 - w * (not real)) * math.tanh(real + 0.1)
        unread = {"mask": along[-1], "closed gates": 0.0}.get(told, c)
        along.append(c if real else unread)
    return along


@pytest.mark.parametrize("setting", [*itertools.product(TOLD, (0, 1, 5, 12), SIDES, PADS)])
def test_c_is_that_of_plain_floats_and_the_truth_that_of_a_mask(setting):
    one = one_cell(*setting)
    np.testing.assert_allclose(one.c, [by_hand(*setting), by_hand("mask", *setting[1:])], atol=1e-12)
    assert one.mask.tolist() == ([True] * 6 + [False] * setting[3])[:: 1 if setting[2] == "right" else -1]
    assert (one.off == 0) == (setting[0] == "mask" or (setting[0], setting[2]) == ("closed gates", "left"))


@pytest.mark.parametrize(("told", "side", "time"), [*itertools.product(TOLD, SIDES, (0, 1, 6, 12))])
def test_the_picture_draws_what_was_read_and_judges_the_step_where_time_stands(told, side, time):
    one = one_cell(told, 12, side, 6, time)
    ax = drawn_on(one)
    truth, cell = (line.get_ydata() / -lesson.TALL for line in ax.lines)
    np.testing.assert_allclose([*truth, *cell], [*one.c[1], *one.c[0, : time + 1]])
    assert [bool(p.get_hatch()) for p in ax.patches if p.get_fill()] == (~one.mask).tolist()
    assert [p.get_x() for p in ax.patches if not p.get_fill()] == [time - 1] * (time > 0)
    off, words = abs(one.c[0, time] - one.c[1, time]), [t.get_text() for t in ax.texts]
    judged = f"off by {off:.2g}" if off else "exact"
    c, true = (f"{line[time]:.2f}" for line in one.c)
    assert {f"{'✗' if off else '✓'} {judged}", f"this cell: {c}", f"dashed, the truth: {true}"} <= set(words)
    assert one.says().endswith(f"After {time} of 12 steps c is {c}, the truth {true}: {judged}.")
    assert words.count("—") == (6 if told == "mask" else 0)


# --- nets that recall -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("way", "side"), [*itertools.product(WAYS, SIDES)])
def test_a_net_is_told_what_its_way_says_judged_by_torch_series_by_series(way, side):
    torch.manual_seed(1)
    net, (x, real, _) = Recaller(way), lesson.padded(side)
    if way == FIRST:
        torch.nn.init.normal_(net.first)
    begin = tuple(s[None] for s in net.first) if way == FIRST else None
    with torch.no_grad():
        h = net.last(x, real)
        masked = net.last(x, real, mask=real) if way in WAYS[:2] else None
        for k in range(0, 1000, 50):
            flags = (~real[k, :, None]).float()[:, : net.net.lstm.input_size - 1]
            reads, n = torch.cat([x[k], flags], dim=1), int(real[k].sum())
            read = {"alone": reads[real[k]], "whole": reads, "packed": reads[:n]}
            last = {name: net.net.lstm(steps, begin)[1][0][0] for name, steps in read.items()}
            wanted = {"nothing": last["whole"], "flag": last["whole"], "packed": last["packed"]}
            wanted |= {"closed gates": torch.zeros(16)} if side == "right" else {}
            torch.testing.assert_close(h[k], wanted.get(way, last["alone"]), atol=1e-5, rtol=0)
            if masked is not None:
                torch.testing.assert_close(masked[k], last["alone"], atol=1e-5, rtol=0)


@pytest.mark.parametrize("start", STARTS)
def test_the_exact_ways_are_trained_alike_on_series_of_their_own_judged_by_a_loop_over_each_alone(start):
    torch.manual_seed(3)
    net, (ragged, signs) = Recaller("mask", start), ld.recall_first(1000, 3, 15, seed=1)
    assert (net.net.lstm.bias_ih_l0.tolist() == [0] * 16 + [1] * 16 + [0] * 32) == (start == "Keras")
    adam = torch.optim.Adam(net.parameters(), lr=0.01)
    for _ in range(3):
        k = torch.randint(1000, (50,)).tolist()
        last = torch.cat([net.net.lstm(torch.tensor(ragged[one]).float())[1][0] for one in k])
        wrong = torch.tensor(1 - 2 * signs[k]) * net.head(last)[:, 0]
        net.zero_grad()
        torch.nn.functional.softplus(wrong).mean().backward()
        adam.step()
    for way, side in (("mask", "left"), ("mask", "right"), ("packed", "right"), ("closed gates", "left")):
        for name, value in lesson.trained(way, side, start, 3, batches=3).state_dict().items():
            torch.testing.assert_close(value, net.state_dict()[name], atol=1e-4, rtol=0)


def test_an_entry_is_scored_on_other_series_and_its_gates_are_those_of_padded_steps():
    ragged, signs = ld.recall_first(1000, 3, 15, seed=2)
    layout = ld.pad_right([len(one) for one in ragged], width=30)
    net = lesson.trained("flag", "right", "Keras", 2, 3)
    trace = ld.run(lesson.params_of(net.net.lstm), ld.with_flag(layout.lay(ragged), layout.mask))
    said = trace.final.h @ net.head.weight.detach().double().numpy()[0] + net.head.bias.item()
    found = lesson.recall("flag", "right", "Keras", 2, 3)
    assert found["accuracy"] == pytest.approx(((said > 0) == signs).mean(), abs=2e-3)
    gates = [gate[~layout.mask].mean() for gate in (trace.f, trace.i)]
    assert lesson.gates_on_padding(net, "right") == pytest.approx(gates, abs=1e-5)


def test_side_by_side_shows_each_net_of_300_batches():
    shares = lesson.side_by_side().shares
    assert [*shares] == [*itertools.product(STARTS, WAYS, SIDES)]
    for (start, way, side), found in shares.items():
        rows = lesson.recall.stored(start=start, way=way, side=side, batches=300)
        assert [row.accuracy for row in rows] == found.tolist()
