"""Lesson 04: one cell by plain floats, its nets by torch alone."""

import itertools
import math

import numpy as np
import pytest
import torch
from seen import drawn_on, texts

import lstm_demo as ld
from lstm_demo.lessons import masks_and_flags as lesson
from lstm_demo.lessons.masks_and_flags import FIRST, SIDES, STARTS, TOLD, WAYS, Recaller, one_cell


def sigmoid(z):
    return 1 / (1 + math.exp(-z))


def by_hand(told, weight, real):
    """c before and after each step, in plain floats: ones where a step is real, and a cell that reads no h."""
    along = [0.0]
    for one in real:
        w = weight if told == "flag" and not one else 0
        c = sigmoid(2 + w) * along[-1] + sigmoid(1 - w) * math.tanh(one + 0.1)
        unread = {"mask": along[-1], "closed gates": 0.0}.get(told, c)
        along.append(c if one else unread)
    return np.array(along)


@pytest.mark.parametrize(("told", "side", "time"), [*itertools.product(TOLD, SIDES, (0, 1, 6, 12))])
def test_c_is_that_of_plain_floats_beside_that_of_a_mask_and_drawn_and_judged_where_time_stands(told, side, time):
    weight, real = 12 - time, [side == "right"] * 6 + [side == "left"] * 6
    one = one_cell(told, weight, side, 6, time)
    c, truth = by_hand(told, weight, real), by_hand("mask", weight, real)
    np.testing.assert_allclose(one.c, [c, truth], atol=1e-12)
    ax, words = drawn_on(one), texts(one)
    lines = [line.get_ydata() / -lesson.TALL for line in ax.lines]
    np.testing.assert_allclose(np.concatenate(lines), [*truth, *c[: time + 1]], atol=1e-12)
    assert [not patch.get_hatch() for patch in ax.patches if patch.get_fill()] == real
    assert [patch.get_x() for patch in ax.patches if not patch.get_fill()] == [time - 1] * (time > 0)
    exact = told == "mask" or all(real[:time]) or (told, side) == ("closed gates", "left")
    judged = "exact" if exact else f"off by {abs(c[time] - truth[time]):.2g}"
    assert f"{'✓' if exact else '✗'} {judged}" in words
    at, true = f"{c[time]:.2f}", f"{truth[time]:.2f}"
    assert {f"this cell: {at}", f"dashed, the truth: {true}"} <= set(words)
    assert f"6 padded steps {'behind' if real[0] else 'in front'}; on padding " in one.says()
    assert one.says().endswith(f"After {time} of 12 steps c is {at}, the truth {true}: {judged}.")
    assert told != "flag" or f"f = {sigmoid(2 + weight):.2g}, i = {sigmoid(1 - weight):.2g}" in one.says()
    assert (words.count("—"), words.count("·")) == (6 * (told == "mask"), 12 * (told in ("nothing", "mask")))


@pytest.mark.parametrize(("way", "side"), [*itertools.product(WAYS, SIDES)])
def test_a_net_is_told_what_its_way_says_judged_by_torch_series_by_series(way, side):
    torch.manual_seed(1)
    net, (x, real, _) = Recaller(way).requires_grad_(False), lesson.padded(side)
    begin = None
    if way == FIRST:
        torch.nn.init.normal_(net.first)
        begin = tuple(s[None] for s in net.first)
    h = net.last(x, real)
    for k in range(0, 1000, 50):
        reads = torch.cat([x[k], (~real[k, :, None]).float()], dim=1)[:, : net.net.lstm.input_size]
        read = {"nothing": reads, "flag": reads, "packed": reads[: real[k].sum()]}
        last = net.net.lstm(read.get(way, reads[real[k]]), begin)[1][0][0]
        gone = (way, side) == ("closed gates", "right")
        torch.testing.assert_close(h[k], torch.zeros(16) if gone else last, atol=1e-5, rtol=0)


@pytest.mark.parametrize("start", STARTS)
def test_the_exact_ways_are_trained_alike_on_series_of_their_own_judged_by_a_loop_over_each_alone(start):
    torch.manual_seed(3)
    net, (ragged, signs) = Recaller("mask", start), ld.recall_first(1000, 3, 15, seed=1)
    assert (net.net.lstm.bias_ih_l0[16:32] == 1).all() == (start == "Keras")
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
