"""Lesson 12: forecasts and scores, judged by loops, torch and counts in the head."""

import re

import numpy as np
import pytest
import torch
from seen import drawn_on, texts

from lstm_demo.lessons import is_it_any_good as room
from lstm_demo.lessons.is_it_any_good import EACH, FITTED, KINDS, LAST, LEFT_OUT, NETS, PLAIN, READ

RNG = np.random.default_rng(0)
RAGGED = [RNG.standard_normal((n, 12)) for n in (3, 7, 1, 5)]


@pytest.mark.parametrize("ahead", [1, 4, 8])
@pytest.mark.parametrize("by", [LAST, FITTED])
@pytest.mark.parametrize("kind", KINDS)
def test_a_forecast_is_that_of_a_loop_and_drawn_with_how_late_it_is_and_said_with_its_error(kind, by, ahead):
    fit, new = (torch.tensor(room.toy(kind, 200, seed)) for seed in (0, 1))
    ends = range(8, 61 - ahead)  # a window ends before step t, and is asked for the value so many steps after its last
    windows, asked = torch.cat([fit[:, t - 8 : t] for t in ends]), torch.cat([fit[:, t - 1 + ahead] for t in ends])
    weights = torch.eye(8).double()[-1] if by == LAST else torch.linalg.lstsq(windows, asked[:, None]).solution[:, 0]
    want = np.array([new[:, t - 8 : t] @ weights for t in ends]).T
    truth, said = room.forecasts(kind, by, ahead)
    np.testing.assert_array_equal(truth, new[:, 7 + ahead :])
    np.testing.assert_allclose(said, want, atol=1e-9)
    picture, late = room.late(kind, by, ahead), room.late_by(truth, said)
    assert late == ahead or by == FITTED
    assert kind == "noisy wave" or np.square(truth - said).mean() == pytest.approx(ahead, rel=0.2)  # fresh steps
    ax = drawn_on(picture)
    assert np.array_equal([line.get_ydata() for line in ax.lines], [truth[75, :44], said[75, :44]])
    arrows = [text for text in ax.texts if getattr(text, "arrow_patch", None)]
    assert [one.xy[0] - one.xyann[0] for one in arrows] == ([late] if late else [])
    assert re.search(rf"made {ahead} steps? before.* error {np.square(truth - want).mean():.2f},", picture.says())
    assert ("on time" in picture.says()) == (not arrows)


def test_the_first_utterances_of_each_speaker_are_learnt_from_in_their_own_units_and_all_370_are_asked():
    everything, (known, speakers), (asked, truth) = room.vowels()[0], *room.vowels(5)
    assert np.bincount(speakers).tolist() == [5] * 9
    np.testing.assert_allclose(np.concatenate(known).mean(axis=0), 0, atol=1e-9)
    np.testing.assert_allclose(np.concatenate(known).std(axis=0), 1, atol=1e-9)
    assert (len(asked), np.bincount(truth).max(), len(everything[0])) == (370, 88, 270)


@pytest.mark.parametrize("model", NETS)
def test_with_padding_left_out_a_series_is_read_as_if_alone_and_with_padding_read_it_is_not(model):
    torch.manual_seed(0)
    net = room.VowelNet(*NETS[model]).eval()
    x, mask = room.laid(RAGGED)
    alone = torch.cat([net(*room.laid([one])) for one in RAGGED])
    assert (net(x, mask) - alone).abs().max() < 1e-5
    assert (net(x, torch.ones_like(mask)) - alone).abs().max() > 1e-3


@pytest.mark.parametrize("padding", [LEFT_OUT, READ])
@pytest.mark.parametrize("each", EACH)
def test_the_picture_shows_each_stored_score_sorted_and_only_nets_change_with_the_padding(each, padding):
    picture = room.scores(each, padding)
    found, means = dict(picture.rows), sorted(np.mean(wrong) for wrong in picture.rows.values())
    dots = [line.get_xdata() for line in drawn_on(picture).lines]
    np.testing.assert_array_equal(np.concatenate(dots), picture.x(np.concatenate([*found.values()])))
    assert [text for text in texts(picture) if re.fullmatch(r"\d+\.\d\d", text)] == [f"{one:.2f}" for one in means]
    assert found.pop(("Kudo and others, 1999", "plain"), None) == ([22] if each == 30 else None)
    assert {*found} == {(one, "net") for one in NETS} | {(one, "plain") for one in PLAIN}
    for (model, group), wrong in found.items():
        rows = room.score.stored(model=model, each=each, padding=padding if group == "net" else LEFT_OUT)
        assert wrong == [row.wrong for row in rows]
        assert f"{model}, {group}, {np.mean(wrong):.2f}" in picture.says()


@pytest.mark.parametrize("model", PLAIN)
def test_a_score_made_anew_is_the_one_that_is_stored(model):
    (stored,) = room.score.stored(model=model, each=5)
    assert room.score(model, LEFT_OUT, 5, 0)["wrong"] == pytest.approx(stored.wrong, abs=1)
