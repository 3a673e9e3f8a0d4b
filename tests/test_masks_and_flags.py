"""Lesson 04: one cell by plain floats, its nets by torch alone, its table by what lies in data/."""

import itertools
import math
from xml.etree import ElementTree

import numpy as np
import pytest
import torch
from matplotlib.figure import Figure

import lstm_demo as ld
from lstm_demo.lessons import masks_and_flags as lesson
from lstm_demo.lessons.masks_and_flags import FIRST, PADS, ROWS, SIDES, STARTS, TOLD, WAYS, Recaller, one_cell, recall
from lstm_demo.series import data_file
from lstm_demo.show import drawn

EVERY = [*itertools.product(TOLD, (0, 1, 5, 12), SIDES, PADS)]


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


@pytest.mark.parametrize("setting", EVERY)
def test_c_is_that_of_plain_floats_and_the_truth_that_of_a_mask(setting):
    one = one_cell(*setting)
    np.testing.assert_allclose(one.c, [by_hand(*setting), by_hand("mask", *setting[1:])], atol=1e-12)
    assert one.mask.tolist() == ([True] * 6 + [False] * setting[3])[:: 1 if setting[2] == "right" else -1]
    assert (one.off == 0) == (setting[0] == "mask" or (setting[0], setting[2]) == ("closed gates", "left"))


@pytest.mark.parametrize(("side", "pads"), [*itertools.product(SIDES, PADS)])
def test_the_heavier_the_flag_the_nearer_to_the_truth_but_never_there(side, pads):
    off = [one_cell("flag", weight, side, pads).off for weight in range(13)]
    assert off == sorted(off, reverse=True)
    assert off[0] == one_cell("nothing", 0, side, pads).off > 1e-3 > off[-1] > 0


@pytest.mark.parametrize(("told", "side", "time"), [*itertools.product(TOLD, SIDES, (0, 1, 6, 12))])
def test_the_picture_draws_what_was_read_and_judges_the_step_where_time_stands(told, side, time):
    one, ax = one_cell(told, 12, side, 6, time), Figure().add_subplot()
    one.draw(ax)
    truth, cell = (line.get_ydata() / -lesson.TALL for line in ax.lines)
    np.testing.assert_allclose([*truth, *cell], [*one.c[1], *one.c[0, : time + 1]])
    assert [bool(p.get_hatch()) for p in ax.patches if p.get_fill()] == (~one.mask).tolist()
    assert [p.get_x() for p in ax.patches if not p.get_fill()] == [time - 1] * (time > 0)
    words = [t.text for t in ElementTree.fromstring(drawn(one).svg()).iter("{http://www.w3.org/2000/svg}text")]
    off = abs(one.c[0, time] - one.c[1, time])
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
        h, bare = net.last(x, real), net.last(x, real, mask=real)
        for k in range(0, 1000, 50):
            flags = (~real[k, :, None]).float()[:, : net.net.lstm.input_size - 1]
            reads, n = torch.cat([x[k], flags], dim=1), int(real[k].sum())
            read = {"alone": reads[real[k]], "whole": reads, "packed": reads[:n]}
            last = {name: net.net.lstm(steps, begin)[1][0][0] for name, steps in read.items()}
            wanted = {"nothing": last["whole"], "flag": last["whole"], "packed": last["packed"]}
            wanted |= {"closed gates": torch.zeros(16)} if side == "right" else {}
            torch.testing.assert_close(h[k], wanted.get(way, last["alone"]), atol=1e-5, rtol=0)
            torch.testing.assert_close(bare[k], last["alone"], atol=1e-5, rtol=0)


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


def test_an_entry_is_scored_on_other_series_with_its_padding_and_alone():
    found, net = recall("flag", "right", "Keras", 2, 3), lesson.trained("flag", "right", "Keras", 2, 3)
    ragged, signs = ld.recall_first(1000, 3, 15, seed=2)
    assert signs.mean() == lesson.ALWAYS
    layout = ld.pad_right([len(one) for one in ragged], width=30)
    x = ld.with_flag(layout.lay(ragged), layout.mask)
    params = lesson.params_of(net.net.lstm)
    trace = ld.run(params, x)
    ends = trace.final.h, ld.run(params, x * [1, 0], mask=layout.mask).final.h
    said = [h @ net.head.weight.detach().double().numpy()[0] + net.head.bias.item() for h in ends]
    right = [((one > 0) == signs).mean() for one in said]
    gap = (np.linalg.norm(ends[0] - ends[1], axis=1) / np.linalg.norm(ends[1], axis=1)).mean()
    gates = [gate[~layout.mask].mean() for gate in (trace.f, trace.i)]
    assert (found["accuracy"], found["alone"]) == pytest.approx(right, abs=2e-3)
    assert (found["gap"], found["forget"], found["input"]) == pytest.approx((gap, *gates), abs=1e-5)


def test_the_table_is_that_of_the_declared_grid_and_each_net_stands_at_its_share_beside_the_mean():
    header, *lines = data_file("flags.csv").read_text(encoding="ascii").splitlines()
    assert [line.split(",")[:5] for line in lines] == [[*map(str, point.values())] for point in recall.points()]
    assert header.split(",") == [*next(recall.points()), "accuracy", "alone", "gap", "forget", "input"]
    picture, ax = lesson.side_by_side(), Figure().add_subplot()
    picture.draw(ax)
    dots = {(round(x, 6), round(line.get_ydata()[0], 6)) for line in ax.lines for x in line.get_xdata()}
    rows = {}
    for way, side, start, _, batches, accuracy, *_ in (line.split(",") for line in lines):
        if batches == "300":
            rows.setdefault((start, way, side), []).append(float(accuracy))
    for (start, way, side), shares in rows.items():
        y, shift = ROWS.index(way) + (0.2 if side == "right" else -0.2), lesson.PANEL * (start == "Keras")
        assert {(round(shift + share, 6), round(y, 6)) for share in (*shares, np.mean(shares))} <= dots
        here = [t.get_text() for t in ax.texts if t.get_position() == (pytest.approx(shift + 1.1), pytest.approx(y))]
        assert here == [f"{np.mean(shares):.2f}"]
    assert len(rows) == 24
    for start, way in itertools.product(STARTS, ("flag", FIRST)):
        left, right = (f"{np.mean(rows[start, way, side]):.2f}" for side in SIDES)
        assert f"{way} {left} and {right}" in picture.says().split(f"{start}’s start: ")[1].split(". ")[0]


@pytest.mark.parametrize("mean", [np.mean, lambda kept: sum(kept) / len(kept), lambda kept: torch.tensor(kept).mean()])
def test_a_mean_of_means_passes_however_it_is_taken(mean):
    assert lesson.check_mean_of_series(
        lambda loss, mask: sum(mean(one[real]) for one, real in zip(loss, mask, strict=True)) / len(loss)
    ).passed
