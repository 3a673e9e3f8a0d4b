"""Lesson 11: what the picture says is judged by the net in torch, fed every beginning of an utterance."""

import numpy as np
import pytest
import torch
from seen import drawn_on, texts

from lstm_demo import keep
from lstm_demo.lessons.your_own_data import SEEN, SHOWN, SpeakerNet, who
from lstm_demo.series import data_file, japanese_vowels

SERIES, SPEAKERS, TRAINING = japanese_vowels()


@pytest.fixture
def net():
    return keep.load(SpeakerNet(), data_file("vowel_net.npz")).eval().requires_grad_(False)


def heard(utterance):
    return torch.tensor(SERIES[utterance], dtype=torch.float32)


def test_the_net_is_a_mean_over_the_outputs_of_a_plain_lstm_in_the_scale_of_the_training_steps(net):
    steps = np.concatenate([one for one, training in zip(SERIES, TRAINING, strict=True) if training])
    assert np.allclose(net.mean, steps.mean(axis=0), atol=1e-5)
    assert np.allclose(net.std, steps.std(axis=0, ddof=1), atol=1e-5)
    mixed = [heard(k) for k in (3, 281, 620)]
    for one, logits in zip(mixed, net(mixed), strict=True):
        h, _ = net.rnn.lstm((one - net.mean) / net.std)
        assert torch.allclose(net.head(h.sum(0) / len(one)), logits, atol=1e-5)


@pytest.mark.parametrize("utterance", SHOWN)
def test_what_is_drawn_and_said_after_k_steps_is_what_the_net_says_of_the_first_k_steps_alone(net, utterance):
    assert not TRAINING[utterance]
    steps, speaker = heard(utterance), SPEAKERS[utterance]
    shares = net([steps[: k + 1] for k in range(len(steps))]).softmax(dim=1).numpy()
    assert sum(text.startswith("11 %") for text in texts(who(utterance, 0))) == 9  # one chance in nine
    for k in (1, 5, len(steps) // 2, len(steps)):
        one, now = who(utterance, k), shares[k - 1]
        guess, sure, right = now.argmax(), f"{100 * now.max():.0f}", now.argmax() == speaker
        words = texts(one)
        assert f"{'✓' if right else '✗'} After step {k}: speaker {guess + 1}, {sure} %" in words
        assert f"{100 * now[speaker]:.0f} % ◀ speaks" in words
        said = f"after step {k} the net says speaker {guess + 1}, {sure} % sure: {'right' if right else 'wrong'}."
        assert one.says() == f"Utterance {utterance}, by speaker {speaker + 1}, {len(steps)} steps: {said}"
        seen = [(share, name) for name, row in enumerate(shares[:k].T) for share in row if share >= SEEN]
        bars = [patch for patch in drawn_on(one).patches if patch.get_fill()]
        assert [bar.get_height() for bar in bars] == pytest.approx([0.9 * share for share, _ in seen], abs=1e-5)
        assert [bool(bar.get_hatch()) for bar in bars] == [name != speaker for _, name in seen]
