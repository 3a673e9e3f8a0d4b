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
from lstm_demo.series import CATEGORIES
from lstm_demo.torch_lstm import params_of

TEXTS = ["LATIN SMALL LETTER", "LATIN CAPITAL LETTER", "DIGIT ONE", "COMBINING MARK"]
TOY = [torch.from_numpy(ld.encode(f"{TEXTS[k % 4]} {'ABCDEFGH'[k % 8]}")) for k in range(24)]
KINDS = torch.tensor([(1, 0, 4, 3)[k % 4] for k in range(24)])
RNG = np.random.default_rng(0)
NAMES = [torch.from_numpy(RNG.integers(0, 38, RNG.integers(2, 20))) for _ in range(70)]


def made(units=3, kind=NameNet):
    """A net of float64 with weights large enough that letters matter."""
    torch.manual_seed(0)
    one = kind(units).double().eval()
    with torch.no_grad():
        for weight in one.parameters():
            weight.copy_(torch.randn_like(weight) * 0.5)
    return one


def by_hand(one, name):
    """(logits (8,), h (n, H)) of one name alone, by torch's own layer, unit by unit."""
    h = one.rnn.lstm(torch.eye(38).double()[name][None])[0][0]
    read = [unit[-1] for unit in h.T] + [max(unit) for unit in h.T] + [sum(unit) / 8 for unit in h.T]
    return one.head.weight @ torch.stack(read) + one.head.bias, h


# --- the net and its training ----------------------------------------------------------------------------------------


def test_each_name_is_read_as_if_it_were_alone_and_the_loss_is_that_of_its_category_and_of_every_next_letter():
    one, targets = made(), torch.arange(len(NAMES)) % 8
    logits, states = zip(*(by_hand(one, name) for name in NAMES), strict=True)
    logits = torch.stack(logits)
    assert (one(NAMES) - logits).abs().max() < 1e-12
    assert len(logits.argmax(1).unique()) > 2
    guesses = torch.cat([one.following(h[:-1]) for h in states])
    letters = torch.cat([name[1:] for name in NAMES])
    want = sum(-g.log_softmax(1)[range(len(k)), k].mean() for g, k in ((logits, targets), (guesses, letters)))
    assert abs(one.loss(NAMES, targets) - want) < 1e-12
    assert (posterior(one.train(), NAMES) - logits.softmax(1)).abs().max() < 1e-12  # without dropout
    one.train()
    for weight in (one.head.weight, one.following.weight):  # units are dropped on the way to both
        assert one.loss(NAMES, targets) != one.loss(NAMES, targets)
        with torch.no_grad():
            weight.zero_()
    assert one.loss(NAMES, targets) == one.loss(NAMES, targets)


def test_a_new_net_keeps_early_letters_and_has_the_size_that_the_table_says():
    bias = sum(getattr(NameNet(5).rnn.lstm, f"bias_{side}_l0") for side in ("ih", "hh"))
    assert bias.tolist() == [0.0] * 5 + [1.0] * 5 + [0.0] * 10
    assert sum(w.numel() for w in NameNet().parameters()) == lesson.score.stored(model="LSTM")[0].parameters == 93_998
    stream_bias = (lambda lstm: lstm.bias_ih_l0 + lstm.bias_hh_l0)(NameStream(64).lstm).view(4, 64).mean(1)
    assert stream_bias.tolist() == pytest.approx([0, 1, 0, 0], abs=0.1)


def test_splits_are_complete_disjoint_and_of_the_sizes_that_are_said():
    for split, sizes in ((net.block_split, (9_286, 2_320)), (net.random_split, (9_000, 2_606))):
        sides = split(11_606)
        assert tuple(map(len, sides)) == sizes
        assert sorted(np.concatenate(sides)) == list(range(11_606))
        assert all((np.diff(side) > 0).all() for side in sides)
    assert net.block_split(430)[1].tolist() == [*range(160, 200), *range(360, 400)]
    assert np.histogram(sides[1], bins=10, range=(0, 11_606))[0].min() > 200  # drawn without regard to the order


def test_training_shows_every_name_once_a_pass_with_its_category_and_learns_alike_by_the_same_seed(monkeypatch):
    weights, seen = [], []
    thin = net.thinned
    monkeypatch.setattr(net, "thinned", lambda name, likely: thin(name, seen.append(name) or likely))
    for _ in range(2):
        torch.manual_seed(0)
        one = NameNet(16)
        before = one.loss(TOY, KINDS).item()
        net.train(one, TOY, KINDS, passes=60)
        weights.append(torch.cat([w.detach().flatten() for w in one.parameters()]))
    assert torch.equal(*weights)
    assert one.loss(TOY, KINDS).item() < 0.6 * before
    assert (posterior(one, TOY).argmax(1) == KINDS).all()
    passes = [[id(name) for name in seen[k : k + 24]] for k in range(0, 48, 24)]
    assert sorted(passes[0]) == sorted(passes[1]) == sorted(map(id, TOY))
    assert passes[0] != passes[1] != [id(name) for name in TOY] != passes[0]


def test_each_step_goes_down_the_gradient_of_its_own_loss_and_no_further_than_1():
    one, moved = torch.nn.Linear(1, 1, bias=False), []
    sgd = torch.optim.SGD(one.parameters(), lr=1.0)
    for slope in (0.25, 0.5, 8.0):
        before = one.weight.item()
        net.downhill(one, slope * one.weight.sum(), sgd, torch.optim.lr_scheduler.ConstantLR(sgd, 1.0))
        moved.append(before - one.weight.item())
    assert moved == pytest.approx([0.25, 0.5, 1], abs=1e-5)


def test_words_are_left_out_as_wholes_of_every_other_name_and_never_all():
    torch.manual_seed(0)
    found = ["".join(ld.ALPHABET[k] for k in net.thinned(TOY[0], 0.2)) for _ in range(800)]
    words = {"", "LATIN", "SMALL", "LETTER", "A"}
    assert all(set(name.split(" ")) <= words - {""} for name in found)
    counts = np.bincount([len(name.split()) for name in found]) / 800
    assert counts[[4, 3]] == pytest.approx([0.5 + 0.5 * (0.8**4 + 0.2**4), 0.5 * 4 * 0.8**3 * 0.2], abs=0.06)
    assert torch.equal(net.thinned(TOY[0], 1.0), TOY[0])


# --- the opponent, and what is stored --------------------------------------------------------------------------------


def test_ngrams_are_all_runs_of_one_to_five_letters():
    names = ["AA BA", "B-1", "ABABABA"]
    runs = [[n[k : k + w].lower() for w in range(1, 6) for k in range(len(n) - w + 1)] for n in names]
    fitted = lesson.ngrams(names, [0, 1, 0])
    assert list(fitted[0].get_feature_names_out()) == sorted({run for every in runs for run in every})
    assert fitted.predict(["AABA", "B-1 1"]).tolist() == [0, 1]


def test_a_score_is_the_share_that_is_right(monkeypatch):
    codes, categories, names = (every[:400] for every in ld.unicode_names())
    monkeypatch.setattr(opponents, "unicode_names", lambda: (codes, categories, names))
    train_on, test = net.block_split(400)
    judged = []
    monkeypatch.setattr(opponents, "posterior", lambda one, names: posterior(one, judged.extend(names) or names))
    found = {model: lesson.score(model, "blocks", 0, passes=1) for model in ("n-grams", "LSTM")}
    said = lesson.ngrams([names[k] for k in train_on], categories[train_on]).predict([names[k] for k in test])
    assert found["n-grams"]["accuracy"] == (said == categories[test]).mean()
    said = posterior(opponents.made("blocks", 0, 1), [torch.from_numpy(codes[k]) for k in test]).argmax(1)
    assert [name.tolist() for name in judged] == [codes[k].tolist() for k in test]
    assert found["LSTM"]["accuracy"] == (said.numpy() == categories[test]).mean()
    assert found["LSTM"]["parameters"] == 93_998


def test_the_weights_that_the_lesson_opens_with_can_be_made_anew_and_fit(monkeypatch, tmp_path):
    every = ld.unicode_names()
    for room in (opponents, stream):
        monkeypatch.setattr(room, "unicode_names", lambda: [part[:400] for part in every])
    assert sweep.main(["name_net.npz", "name_stream.npz", "--quick", "--into", str(tmp_path)]) == 0
    for kind, name in ((NameNet, "name_net.npz"), (NameStream, "name_stream.npz")):
        assert keep.load(kind(), tmp_path / name)


# --- the stream ------------------------------------------------------------------------------------------------------


def test_a_stream_is_what_is_read_and_what_follows_it():
    a, b = np.array([5, 6]), np.array([7])
    assert [part.tolist() for part in stream.tokens([a, b], False)] == [[38, 5, 6, 38, 7], [5, 6, 38, 7, 38]]
    read, told = stream.tokens([a, b], True)
    assert read.tolist() == [39, 38, 5, 6, 39, 38, 7]
    assert told.tolist() == [-100, 5, 6, 38, -100, 7, 38]
    read, told = zip(*stream.pieces((torch.arange(16 * 120 + 7), -torch.arange(16 * 120 + 7))), strict=True)
    assert [part.shape[1] for part in read] == [50, 50, 20]
    assert torch.equal(torch.cat(read, 1).flatten(), torch.arange(16 * 120))
    assert torch.equal(torch.cat(told, 1), -torch.cat(read, 1))


def test_neighbours_stay_together_as_many_as_is_asked():
    blocks = np.array(stream.shuffled(list(range(160)), 40)).reshape(4, 40)
    assert (np.diff(blocks) == 1).all()
    assert sorted(stream.shuffled(list(range(150)), 40)) == list(range(150))
    assert (np.diff(stream.shuffled(list(range(160)), 1)) == 1).mean() < 0.1
    assert stream.shuffled(list(range(160)), stream.ORDERS["in order"]) == list(range(160))


@pytest.mark.parametrize("reset", [True, False])
def test_bits_are_those_of_every_letter_with_the_state_carried_or_each_name_alone(reset):
    one, names = made(kind=NameStream), [name.numpy() for name in NAMES[:11]]
    costs = []
    for block in [names[:4], names[4:]] if not reset else [[name] for name in names]:
        read = torch.tensor([k for name in block for k in [38, *name]])
        told = torch.tensor([k for name in block for k in [*name, 38]])
        out, _ = one.lstm(torch.eye(39).double()[read][None])
        costs += (-one.head(out[0]).log_softmax(1)[range(len(told)), told] / math.log(2)).tolist()
    assert stream.bits(one, [names[:4], names[4:]], reset) == pytest.approx(np.mean(costs), abs=1e-12)


def test_in_training_the_state_is_carried_detached_and_each_pass_begins_from_zeros(monkeypatch):
    given, forward = [], NameStream.forward
    monkeypatch.setattr(NameStream, "forward", lambda *a: (given.append(a[1:]), forward(*a))[1])
    torch.manual_seed(0)
    one, names = NameStream(12), [name.numpy() for name in TOY * 8]
    stream.train_stream(one, names, passes=6, reset=False, together=20_000)
    count = len(given) // 6
    assert [state is None for _, state in given] == ([True] + [False] * (count - 1)) * 6
    assert count > 1
    assert not any(s.requires_grad for _, state in given if state for s in state)
    read = torch.cat([part for part, _ in given[:count]], 1).flatten()
    assert torch.equal(read, stream.tokens(names, False)[0][: len(read)])
    assert stream.bits(one, [names], False) < 0.9 * math.log2(39)


# --- the pictures ----------------------------------------------------------------------------------------------------


def test_a_name_unfolds_into_curves_bars_and_words_that_are_what_numpy_makes_of_each_beginning():
    one, name = lesson.trained(), "DIGIT SEVEN"
    h = ld.run(params_of(one.rnn.lstm), ld.one_hot(ld.encode(name))[None]).h[0]
    shares = []
    for n in range(1, 12):
        read = np.concatenate([h[n - 1], h[:n].max(0), h[:n].sum(0) / 8])
        logits = one.head.weight.detach().numpy() @ read + one.head.bias.detach().numpy()
        shares.append(np.exp(logits) / np.exp(logits).sum())
        picture = unfold(name, n)
        np.testing.assert_allclose(picture.posterior[:n], shares, atol=1e-5)
        ax = drawn_on(picture)
        curves = [line.get_ydata() for line in ax.lines if line.get_marker() == "None"]
        for k, (y, bar) in enumerate(zip(curves, ax.patches[1::2], strict=True)):
            np.testing.assert_allclose((picture.base(k) - y) / 18, np.array(shares)[:, k], atol=1e-5)
            assert bar.get_width() / 72 == pytest.approx(shares[-1][k], abs=1e-5)
        second, best = np.argsort(shares[-1])[-2:]
        bold = [t.get_text() for t in ax.texts if t.get_weight() == "bold"]
        assert bold[:2] == [CATEGORIES[best], f"{100 * shares[-1][best]:.0f} %"]
        assert "".join(bold[2:]) == "DIGIT␣SEVEN"[:n]
        assert f"is {' '.join(bold[:2])}, then {CATEGORIES[second]} " in picture.says()
    said = texts(unfold(name, 0))  # and before the first letter nothing of any category
    assert "Nothing is read yet" in said
    assert not any(text[0].isdigit() for text in said)


def test_a_dot_stands_for_each_value_at_its_place_and_the_two_groups_of_a_name_one_above_the_other():
    rows = {("one", "a"): [2.0, 3.0], ("two", "b"): [4.0], ("one", "b"): [2.5]}
    picture = lesson.Dots("Dots", rows, ("a", "b"), "bits", (2, 4))
    lines = drawn_on(picture).lines
    assert [line.get_xdata().tolist() for line in lines] == [[262, 412], [562], [337]]
    assert [line.get_ydata()[0] for line in lines] == [89 - 7.5, 119, 89 + 7.5]
    assert [line.get_marker() for line in lines] == ["o", "s", "s"]
    assert {"2.50", "4.00", "one", "two", "a", "b", "bits"} <= set(texts(picture))
    assert "one, a, 2.50; two, b, 4.00; one, b, 2.50" in picture.says()
