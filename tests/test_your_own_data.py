"""Lesson 11: what the picture says is judged by the net in torch, fed every beginning of an utterance; the exercise."""

from xml.etree import ElementTree

import numpy as np
import pandas as pd
import pytest
import torch

from lstm_demo import keep, marks
from lstm_demo.lessons import your_own_data as room
from lstm_demo.lessons.your_own_data import SHOWN, SpeakerNet, check_numbered, posteriors, who
from lstm_demo.series import data_file, japanese_vowels
from lstm_demo.show import drawn

SERIES, SPEAKERS, TRAINING = japanese_vowels()
each_shown = pytest.mark.parametrize("utterance", SHOWN)


@pytest.fixture(scope="module")
def net():
    return keep.load(SpeakerNet(), data_file("vowel_net.npz")).eval().requires_grad_(False)


def tensor(steps):
    return torch.tensor(steps, dtype=torch.float32)


def texts(picture):
    return [t.text for t in ElementTree.fromstring(drawn(picture).svg()).iter("{http://www.w3.org/2000/svg}text")]


# --- the net ----------------------------------------------------------------------------------------------------------


def test_the_net_is_a_mean_over_the_outputs_of_a_plain_lstm_on_standardised_steps(net):
    mixed = [tensor(SERIES[k]) for k in (3, 281, 620)]
    for steps, logits in zip(mixed, net(mixed), strict=True):
        h, _ = net.rnn.lstm((steps - net.mean) / net.std)
        assert torch.allclose(net.head(h.sum(0) / len(steps)), logits, atol=1e-5)
        assert torch.allclose(net.read([steps])[0], h, atol=1e-5)


def test_the_stored_scale_is_that_of_the_training_steps_alone(net):
    steps = np.concatenate([one for one, known in zip(SERIES, TRAINING, strict=True) if known])
    assert np.allclose(net.mean, steps.mean(axis=0), atol=1e-5)
    assert np.allclose(net.std, steps.std(axis=0, ddof=1), atol=1e-5)


def test_noise_and_drop_out_act_where_they_are_asked_for_and_nowhere_else(net):
    torch.manual_seed(0)
    heard = [tensor(SERIES[0])]
    assert torch.equal(net(heard), net(heard))
    moved = [(net.read(heard, noise)[0] - net.read(heard)[0]).abs().mean() for noise in (0.01, 0.1)]
    assert 5 < moved[1] / moved[0] < 20
    dropping = keep.load(SpeakerNet(), data_file("vowel_net.npz"))
    assert torch.equal(dropping.read(heard)[0], net.read(heard)[0])
    assert not torch.equal(dropping(heard), dropping(heard))


# --- the picture ------------------------------------------------------------------------------------------------------


@each_shown
def test_what_is_said_after_k_steps_is_what_the_net_says_of_the_first_k_steps_alone(net, utterance):
    steps = SERIES[utterance]
    begun = [tensor(steps[: k + 1]) for k in range(len(steps))]
    assert np.allclose(posteriors(steps), net(begun).softmax(dim=1), atol=1e-5)


@each_shown
def test_title_sentence_and_numbers_say_who_speaks_and_whom_the_net_takes_him_for(net, utterance):
    speaker = SPEAKERS[utterance] + 1
    for k in (1, len(SERIES[utterance]) // 2, len(SERIES[utterance])):
        one = who(utterance, k)
        share, guess = net([tensor(SERIES[utterance][:k])])[0].softmax(dim=0).max(dim=0)
        guess, sure, right = guess.item() + 1, f"{100 * share:.0f}", guess + 1 == speaker
        said = f"after step {k} the net says speaker {guess}, {sure} % sure: {'right' if right else 'wrong'}."
        assert one.says() == f"Utterance {utterance}, by speaker {speaker}, {len(SERIES[utterance])} steps: {said}"
        assert f"{'✓' if right else '✗'} After step {k}: speaker {guess}, {sure} %" in texts(one)
        assert sum("◀ speaks" in text for text in texts(one)) == 1
        assert any(text.startswith(f"{sure} %") for text in texts(one))


def test_before_the_first_step_each_speaker_has_one_chance_in_nine():
    assert sum(text.startswith("11 %") for text in texts(who(time=0))) == 9


@each_shown
def test_as_many_bars_are_drawn_as_shares_are_seen_and_only_the_speakers_are_solid(utterance):
    for one in (who(utterance, 5), who(utterance)):
        seen, svg = one.shares[: one.time] >= room.SEEN, drawn(one).svg()
        mine = seen[:, SPEAKERS[utterance]].sum()
        assert svg.count(f'"fill: var(--lstm-{marks.CELL[1:].lower()}') == mine
        assert svg.count("fill: url(") == seen.sum() - mine


def test_the_utterances_are_of_the_test_and_unlike_each_other():
    assert not TRAINING[list(SHOWN)].any()
    right = [posteriors(SERIES[k]).argmax(axis=1) == SPEAKERS[k] for k in SHOWN]
    assert [one[-1] for one in right] == [True, True, True, True, False, True]
    assert [int(np.argmax(one)) for one in right if one.any()] == [10, 8, 0, 13, 0]  # the first step that is right
    assert [len(one) for one in right][-1] == min(map(len, SERIES)) == 7


# --- the exercise -----------------------------------------------------------------------------------------------------


def by_loop(ids, times, limit):
    number, numbers = 0, [0]
    for k in range(1, len(ids)):
        if ids[k] != ids[k - 1] or times[k] - times[k - 1] > limit:
            number += 1
        numbers.append(number)
    return numbers


def by_frame(ids, times, limit):
    frame = pd.DataFrame({"id": ids, "time": times})
    return (frame.groupby("id")["time"].diff().fillna(np.inf) > limit).cumsum() - 1


@pytest.mark.parametrize("answer", [by_loop, by_frame, lambda *given: torch.tensor(by_loop(*given))])
def test_series_that_are_numbered_right_pass_however_they_are_counted(answer):
    assert check_numbered(answer).passed


def test_an_answer_for_the_first_example_alone_is_found():
    fixed = by_loop(np.array([7, 7, 7, 7, 9, 9, 9]), np.array([0.0, 1, 2, 8, 3, 4, 9]), 5.0)
    assert "another one" in check_numbered(lambda ids, times, limit: fixed).sentence
