"""Lesson 11: what the picture says is judged by the net in torch, fed every beginning of an utterance."""

import numpy as np
import pytest
import torch
from seen import drawn_on, texts

from lstm_demo import keep
from lstm_demo.lessons import your_own_data as room
from lstm_demo.lessons.your_own_data import SHOWN, SpeakerNet, posteriors, who
from lstm_demo.series import data_file, japanese_vowels

SERIES, SPEAKERS, TRAINING = japanese_vowels()


@pytest.fixture(scope="module")
def net():
    return keep.load(SpeakerNet(), data_file("vowel_net.npz")).eval().requires_grad_(False)


def tensor(steps):
    return torch.tensor(steps, dtype=torch.float32)


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


@pytest.mark.parametrize("utterance", SHOWN)
def test_what_is_drawn_and_said_after_k_steps_is_what_the_net_says_of_the_first_k_steps_alone(net, utterance):
    steps, speaker = SERIES[utterance], SPEAKERS[utterance]
    shares = net([tensor(steps[: k + 1]) for k in range(len(steps))]).softmax(dim=1)
    assert np.allclose(posteriors(steps), shares, atol=1e-5)
    for k in (1, 5, len(steps) // 2, len(steps)):
        one = who(utterance, k)
        guess, sure = int(shares[k - 1].argmax()), f"{100 * shares[k - 1].max():.0f}"
        right = guess == speaker
        said = f"after step {k} the net says speaker {guess + 1}, {sure} % sure: {'right' if right else 'wrong'}."
        assert one.says() == f"Utterance {utterance}, by speaker {speaker + 1}, {len(steps)} steps: {said}"
        words, bars = texts(one), [p for p in drawn_on(one).patches if p.get_fill()]
        assert f"{'✓' if right else '✗'} After step {k}: speaker {guess + 1}, {sure} %" in words
        assert sum("◀ speaks" in text for text in words) == 1
        assert any(text.startswith(f"{sure} %") for text in words)
        seen = one.shares[:k] >= room.SEEN  # only the speaker's bars are solid
        assert sum(not p.get_hatch() for p in bars) == seen[:, speaker].sum()
        assert len(bars) == seen.sum()


def test_before_the_first_step_each_speaker_has_one_chance_in_nine():
    assert sum(text.startswith("11 %") for text in texts(who(time=0))) == 9


def test_the_utterances_are_of_the_test_and_unlike_each_other():
    assert not TRAINING[list(SHOWN)].any()
    right = [posteriors(SERIES[k]).argmax(axis=1) == SPEAKERS[k] for k in SHOWN]
    assert [one[-1] for one in right] == [True, True, True, True, False, True]
    assert [int(np.argmax(one)) for one in right if one.any()] == [10, 8, 0, 13, 0]  # the first step that is right
    assert [len(one) for one in right][-1] == min(map(len, SERIES)) == 7
