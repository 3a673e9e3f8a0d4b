"""Lesson 12: forecasts and scores, judged by loops, torch and counts in the head."""

from functools import cache

import numpy as np
import pytest
import torch
from seen import drawn_on

from lstm_demo.lessons import is_it_any_good as room
from lstm_demo.lessons.is_it_any_good import EACH, FITTED, KINDS, LAST, LEFT_OUT, NETS, PLAIN, READ

RNG = np.random.default_rng(0)
RAGGED = [RNG.standard_normal((n, 12)) for n in (3, 7, 1, 5)]
every_kind = pytest.mark.parametrize("kind", KINDS)


# --- forecasts --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("ahead", [1, 3, 8])
@every_kind
def test_the_last_value_is_the_truth_as_many_steps_late_as_it_looks_ahead(kind, ahead):
    truth, said = room.forecasts(kind, LAST, ahead)
    assert (said[:, ahead:] == truth[:, :-ahead]).all()
    assert room.late_by(truth, said) == ahead
    if kind == "random walk":  # so many fresh steps of spread 1 lie between
        assert np.square(truth - said).mean() == pytest.approx(ahead, rel=0.2)


@every_kind
def test_least_squares_are_those_of_torch_over_windows_cut_by_a_loop(kind):
    fit, new = (torch.tensor(room.toy(kind, 200, seed)) for seed in (0, 1))
    ends = range(8, 57)  # a window ends before step t, and is asked for the value 4 steps after its last
    windows, asked = torch.cat([fit[:, t - 8 : t] for t in ends]), torch.cat([fit[:, t + 3] for t in ends])
    weights = torch.linalg.lstsq(windows, asked[:, None]).solution[:, 0]
    truth, said = room.forecasts(kind, FITTED, 4)
    for k, t in enumerate(ends):
        assert (truth[:, k] == new[:, t + 3].numpy()).all()
        assert np.abs(said[:, k] - (new[:, t - 8 : t] @ weights).numpy()).max() < 1e-9


@pytest.mark.parametrize("ahead", [1, 8])
@pytest.mark.parametrize("by", [LAST, FITTED])
@every_kind
def test_the_picture_shows_a_series_its_forecast_and_the_arrow_and_says_the_errors_of_all(kind, by, ahead):
    truth, said = room.forecasts(kind, by, ahead)
    picture, late = room.late(kind, by, ahead), room.late_by(truth, said)
    ax = drawn_on(picture)
    assert np.array_equal([line.get_ydata() for line in ax.lines], [truth[75, :44], said[75, :44]])
    arrows = [text for text in ax.texts if getattr(text, "arrow_patch", None)]
    assert [one.xy[0] - one.xyann[0] for one in arrows] == ([late] if late else [])
    assert f"error {np.square(truth - said).mean():.2f}," in picture.says()
    assert ("on time" in picture.says()) == (not arrows)


@pytest.mark.parametrize("late", [0, 1, 5, 11])
def test_late_by_finds_how_far_a_series_was_moved(late):
    series = RNG.standard_normal((3, 60))
    assert room.late_by(series[:, 12:], series[:, 12 - late : 60 - late]) == late


def test_minutes_are_counted_from_the_last_yes_that_was_seen():
    values, seen, ago = room.readings(200, seed=0)
    for row, real, minutes in zip(values, seen, ago, strict=True):
        assert minutes == next(back for back in range(20) if row[19 - back] and real[19 - back])
    assert seen[:, [0, -1]].all()
    assert seen[:, 1:-1].mean() == pytest.approx(0.6, abs=0.05)


# --- who is speaking --------------------------------------------------------------------------------------------------


def test_the_first_utterances_of_each_speaker_are_learnt_from_in_their_own_units_and_all_370_are_asked():
    everything, (known, speakers), (asked, truth) = room.vowels()[0], *room.vowels(5)
    assert np.bincount(speakers).tolist() == [5] * 9
    assert np.abs(np.concatenate(known).mean(axis=0)).max() < 1e-9
    assert np.abs(np.concatenate(known).std(axis=0) - 1).max() < 1e-9
    assert (len(asked), np.bincount(truth).max(), len(everything[0])) == (370, 88, 270)


@pytest.mark.parametrize("model", NETS)
def test_with_padding_left_out_a_series_is_read_as_if_alone_and_with_padding_read_it_is_not(model):
    torch.manual_seed(0)
    net = room.VowelNet(*NETS[model]).eval()
    x, mask = room.laid(RAGGED)
    alone = torch.cat([net(*room.laid([one])) for one in RAGGED])
    assert (net(x, mask) - alone).abs().max() < 1e-5
    assert (net(x, torch.ones_like(mask)) - alone).abs().max() > 1e-3


def test_attention_weighs_the_real_steps_by_softmax_and_equal_scores_make_the_mean():
    h, (_, mask), score = torch.randn(4, 7, 6), room.laid(RAGGED), torch.nn.Linear(6, 1)
    for k, one in enumerate(RAGGED):
        real = h[k, : len(one)]
        scores = torch.exp(score(real))
        attended, mean = (room.read_off(h, mask, read, score)[k] for read in ("attention", "mean"))
        assert (attended - (scores * real).sum(dim=0) / scores.sum()).abs().max() < 1e-5
        assert (mean - real.mean(dim=0)).abs().max() < 1e-5


def test_the_warped_distance_is_that_of_the_recursion():
    one = RNG.standard_normal((4, 12))
    for other, found in zip(RAGGED, room.warped(one, RAGGED), strict=True):

        @cache
        def best(i, j, other=other):
            before = [best(*p) for p in ((i - 1, j - 1), (i - 1, j), (i, j - 1)) if min(p) >= 0]
            return ((one[i] - other[j]) ** 2).sum() + min(before, default=0)

        assert found == pytest.approx(best(3, len(other) - 1), rel=1e-12)
    assert room.nearest(RAGGED, np.arange(4), [np.repeat(RAGGED[1], 2, axis=0)]).tolist() == [1]


@pytest.mark.parametrize("padding", [LEFT_OUT, READ])
@pytest.mark.parametrize("each", EACH)
def test_the_picture_shows_each_stored_score_sorted_and_only_nets_change_with_the_padding(each, padding):
    found = room.scores(each, padding).rows
    means = [np.mean(wrong) for wrong in found.values()]
    assert means == sorted(means)
    models = {(one, "net") for one in NETS} | {(one, "plain") for one in PLAIN}
    assert {*found} == models | ({("Kudo and others, 1999", "plain")} if each == 30 else set())
    for (model, group), wrong in found.items():
        rows = room.score.stored(model=model, each=each, padding=padding if group == "net" else LEFT_OUT)
        assert wrong == ([row.wrong for row in rows] or [22])


@pytest.mark.parametrize("model", PLAIN)
def test_a_score_made_anew_is_the_one_that_is_stored(model):
    (stored,) = room.score.stored(model=model, each=5)
    assert room.score(model, LEFT_OUT, 5, 0)["wrong"] == pytest.approx(stored.wrong, abs=1)
