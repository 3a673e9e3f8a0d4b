"""Lesson 09: the net by plain torch and by NumPy, each name alone; the stream letter by letter; what is stored."""

import math

import numpy as np
import pytest
import sweep
import torch
from seen import drawn_on, texts

import lstm_demo as ld
from lstm_demo import keep
from lstm_demo.lessons import real_names as lesson
from lstm_demo.lessons.real_names import NameNet, NameStream, net, opponents, posterior, stream, unfold

RNG = np.random.default_rng(0)
NAMES = [torch.from_numpy(RNG.integers(0, 38, RNG.integers(2, 20))) for _ in range(70)]


def made(kind):
    """A net of 3 units and float64 with weights large enough that letters matter."""
    torch.manual_seed(0)
    one = kind(3).double().eval()
    for weight in one.parameters():
        torch.nn.init.normal_(weight, std=0.5)
    return one


def by_hand(one, name):
    """(logits (8,), h (n, H)) of one name alone, by torch's own layer, unit by unit."""
    h = one.rnn.lstm(torch.eye(38).double()[name][None])[0][0]
    read = [unit[-1] for unit in h.T] + [max(unit) for unit in h.T] + [sum(unit) / 8 for unit in h.T]
    return one.head.weight @ torch.stack(read) + one.head.bias, h


def test_each_name_is_read_as_if_it_were_alone_and_the_loss_is_that_of_its_category_and_of_every_next_letter():
    one, targets = made(NameNet), torch.arange(len(NAMES)) % 8
    logits, states = zip(*(by_hand(one, name) for name in NAMES), strict=True)
    logits = torch.stack(logits)
    assert (one(NAMES) - logits).abs().max() < 1e-12
    guesses = torch.cat([one.following(h[:-1]) for h in states])
    letters = torch.cat([name[1:] for name in NAMES])
    want = sum(-g.log_softmax(1)[range(len(k)), k].mean() for g, k in ((logits, targets), (guesses, letters)))
    assert abs(one.loss(NAMES, targets) - want) < 1e-12
    assert (posterior(one.train(), NAMES) - logits.softmax(1)).abs().max() < 1e-12  # without dropout


def test_splits_hold_out_every_fifth_block_of_40_or_names_drawn_without_regard_to_the_order():
    assert net.block_split(430)[1].tolist() == [*range(160, 200), *range(360, 400)]
    assert np.histogram(net.random_split(11_606)[1], bins=10, range=(0, 11_606))[0].min() > 200
    for split in (net.block_split, net.random_split):
        assert sorted(np.concatenate(split(11_606))) == list(range(11_606))


def test_training_learns():
    kinds = {"LATIN SMALL LETTER": 1, "LATIN CAPITAL LETTER": 0, "DIGIT": 4, "COMBINING MARK": 3}
    names = [torch.from_numpy(ld.encode(f"{kind} {letter}")) for kind in kinds for letter in "ABCDEF"]
    targets = torch.tensor([*kinds.values()]).repeat_interleave(6)
    torch.manual_seed(0)
    one = NameNet(16)
    net.train(one, names, targets, passes=120)
    assert (posterior(one, names).argmax(1) == targets).all()


def test_a_score_is_the_share_that_is_right_of_the_names_held_out(monkeypatch):
    codes, categories, names = (every[:400] for every in ld.unicode_names())
    monkeypatch.setattr(opponents, "unicode_names", lambda: (codes, categories, names))
    monkeypatch.setattr(opponents, "made", lambda *given: lesson.trained())
    train_on, test = net.block_split(400)
    found = {model: lesson.score(model, "blocks", 0, passes=1) for model in ("n-grams", "LSTM")}
    said = lesson.ngrams([names[k] for k in train_on], categories[train_on]).predict([names[k] for k in test])
    assert found["n-grams"]["accuracy"] == (said == categories[test]).mean()
    said = posterior(lesson.trained(), [torch.from_numpy(codes[k]) for k in test]).argmax(1)
    assert found["LSTM"]["accuracy"] == (said.numpy() == categories[test]).mean()


def test_the_weights_that_the_lesson_opens_with_can_be_made_anew_and_fit(monkeypatch, tmp_path):
    every = ld.unicode_names()
    for room in (opponents, stream):
        monkeypatch.setattr(room, "unicode_names", lambda: [part[:400] for part in every])
    assert sweep.main(["name_net.npz", "name_stream.npz", "--quick", "--into", str(tmp_path)]) == 0
    for kind, name in ((NameNet, "name_net.npz"), (NameStream, "name_stream.npz")):
        assert keep.load(kind(), tmp_path / name)


@pytest.mark.parametrize("reset", [True, False])
def test_bits_are_those_of_every_letter_with_the_state_carried_or_each_name_alone(reset):
    one, names = made(NameStream), [name.numpy() for name in NAMES[:11]]
    blocks, costs = [names[:4], names[4:]], []
    for block in [[name] for name in names] if reset else blocks:
        read = torch.tensor([k for name in block for k in [38, *name]])
        told = torch.tensor([k for name in block for k in [*name, 38]])
        out, _ = one.lstm(torch.eye(39).double()[read][None])
        costs += (-one.head(out[0]).log_softmax(1)[range(len(told)), told] / math.log(2)).tolist()
    assert stream.bits(one, blocks, reset) == pytest.approx(np.mean(costs), abs=1e-12)


def test_in_training_each_pass_begins_from_zeros_and_carries_the_state_detached_over_shuffled_blocks(monkeypatch):
    given, forward = [], NameStream.forward
    monkeypatch.setattr(NameStream, "forward", lambda *a: (given.append(a[1:]), forward(*a))[1])
    torch.manual_seed(0)
    one, names = NameStream(12), [np.array([k // 16, k % 16, *range(20, 36)]) for k in range(200)]
    stream.train_stream(one, names, passes=6, reset=False, together=40)
    count = len(given) // 6
    assert [state is None for _, state in given] == ([True] + [False] * (count - 1)) * 6
    assert not any(s.requires_grad for _, state in given if state for s in state)
    read = torch.cat([part for part, _ in given[:count]], 1).flatten()[: 160 * 19].view(4, 40, 19)
    blocks = 16 * read[..., 1] + read[..., 2]  # which of the names: 40 neighbours stay together
    assert (blocks.diff() == 1).all()
    assert sorted(blocks[:, 0].tolist()) == [0, 40, 80, 120] != blocks[:, 0].tolist()
    assert stream.bits(one, [names], False) < 0.9 * math.log2(39)


def test_a_name_unfolds_into_curves_bars_and_words_that_are_what_the_net_makes_of_each_beginning():
    one, codes = lesson.trained().double().requires_grad_(False), torch.from_numpy(ld.encode("DIGIT SEVEN"))
    shares = np.array([by_hand(one, codes[:n])[0].softmax(0).numpy() for n in range(1, 12)])
    for n in range(1, 12):
        picture, now = unfold("DIGIT SEVEN", n), shares[n - 1]
        ax = drawn_on(picture)
        curves = [(picture.base(k) - line.get_ydata()) / 18 for k, line in enumerate(ax.lines[::2])]
        np.testing.assert_allclose(curves, shares[:n].T, atol=1e-5)
        np.testing.assert_allclose([bar.get_width() / 72 for bar in ax.patches[1::2]], now, atol=1e-5)
        second, best = np.argsort(now)[-2:]
        bold = [text.get_text() for text in ax.texts if text.get_weight() == "bold"]
        assert bold[:2] == [ld.CATEGORIES[best], f"{100 * now[best]:.0f} %"]
        assert "".join(bold[2:]) == "DIGIT␣SEVEN"[:n]
        assert picture.title.endswith(f": {bold[0]}")
        assert f"After '{''.join(bold[2:])}' the likeliest category is {' '.join(bold[:2])}, then" in picture.says()
        assert f", then {ld.CATEGORIES[second]} " in picture.says()
    assert "Nothing is read yet" in texts(unfold("DIGIT SEVEN", 0))
