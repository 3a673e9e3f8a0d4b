"""Laws of real names: the net against plain torch and sums by hand, served as trained, split, trained, and in a row."""

import pickle
from itertools import pairwise
from math import log
from unittest import mock

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from problems import refused
from torch.nn.functional import log_softmax

import lstm_demo as ld
from lstm_demo import names as room
from lstm_demo.names import NameNet, NameReader, NameStream, Progress, drop_words, posterior, predicted, train, unfold
from lstm_demo.names.net import LETTERS, SUMMED
from lstm_demo.names.stream import END, LANES, RESET, UNASKED, WIDTH, _lanes, tokens
from lstm_demo.series import CATEGORIES, encode
from lstm_demo.torch_lstm import close_gates

VALUES = {torch.float32: 1e-6, torch.float64: 1e-12}


def made(units=3, dtype=torch.float64, seed=0, drop=0.2, kind=NameNet):
    """A net with weights large enough that letters matter."""
    torch.manual_seed(seed)
    net = (NameNet(units, drop) if kind is NameNet else kind(units)).to(dtype)
    with torch.no_grad():
        for weight in net.parameters():
            weight.copy_(torch.randn_like(weight) * 0.5)
    return net.eval()


def name_of(text):
    return torch.from_numpy(encode(text))


def some(count, shortest=1, longest=9, seed=0):
    rng = np.random.default_rng(seed)
    sizes = rng.integers(shortest, longest, size=count, endpoint=True)
    return [torch.from_numpy(rng.integers(0, LETTERS, size=n)) for n in sizes]


def hidden(net, name):
    """The judge: plain torch on one name alone, (n, H)."""
    return net.rnn.lstm(torch.eye(LETTERS, dtype=net.head.weight.dtype)[name][None])[0][0]


def judged(net, h):
    """Logits (8,) of a name by its hidden states (n, H), units taken one by one."""
    read = [c[-1] for c in h.T] + [max(c) for c in h.T] + [sum(c) / 8 for c in h.T]
    return net.head.weight @ torch.stack(read) + net.head.bias


def near(got, want, tolerance):
    assert got.shape == want.shape
    assert got.dtype == want.dtype
    assert (got - want).abs().max() <= tolerance * max(1, want.abs().max())


names = st.lists(st.lists(st.integers(0, LETTERS - 1), min_size=1, max_size=9), min_size=1, max_size=9)
names = names.map(lambda lists: [torch.tensor(one) for one in lists])


# --- the net ---------------------------------------------------------------------------------------------------------


@given(names, st.integers(1, 4), st.integers(0, 99))
def test_a_net_reads_each_name_as_if_it_were_alone(batch, units, seed):
    net = made(units, seed=seed)
    logits, h = net(batch)
    near(h, torch.cat([hidden(net, name) for name in batch]), 1e-12)
    near(logits, torch.stack([judged(net, hidden(net, name)) for name in batch]), 1e-12)


@pytest.mark.parametrize("dtype", VALUES)
def test_many_names_at_once(dtype):
    net, batch = made(dtype=dtype), some(70, longest=20)
    near(net(batch).logits, torch.stack([judged(net, hidden(net, name)) for name in batch]), 5 * VALUES[dtype])


def test_the_order_of_names_changes_nothing_and_that_of_letters_does():
    net, batch = made(), some(12, shortest=3)
    turned = [name.flip(0) for name in batch]
    near(net(batch[::-1]).logits.flip(0), net(batch).logits, 1e-12)
    assert (net(turned).logits - net(batch).logits).abs().mean() > 0.01


def loss_by_hand(net, batch, targets):
    of_kind = [-log_softmax(judged(net, hidden(net, x)), 0)[y] for x, y in zip(batch, targets, strict=True)]
    of_next = [
        -log_softmax(net.following.weight @ h + net.following.bias, 0)[letter]
        for name in batch
        for h, letter in zip(hidden(net, name), name[1:], strict=False)
    ]
    return sum(of_kind) / len(of_kind) + (sum(of_next) / len(of_next) if of_next else 0)


@given(names, st.integers(0, 99))
def test_the_loss_is_that_of_the_category_and_of_every_next_letter(batch, seed):
    net, targets = made(seed=seed), torch.arange(seed, seed + len(batch)) % 8
    loss = net.loss(batch, targets)
    near(loss, loss_by_hand(net, batch, targets), 1e-12)
    assert loss.isfinite()  # of names of one letter too, which none follows


def test_the_gradients_are_those_of_the_loss_by_hand():
    net, batch, targets = made(), some(9), torch.arange(9) % 8
    weights = list(net.parameters())
    got, want = (torch.autograd.grad(loss(batch, targets), weights) for loss in (net.loss, by_hand(net)))
    for a, b in zip(got, want, strict=True):
        assert b.abs().max() > 0
        assert (a - b).abs().max() <= 1e-12 * b.abs().max()


def by_hand(net):
    return lambda batch, targets: loss_by_hand(net, batch, targets)


def test_names_that_a_net_cannot_read_are_refused_by_name():
    with pytest.raises(ValueError, match=r"^series: expected "):
        made()([])
    with pytest.raises(ValueError, match=r"^series\[1\]: expected one step or more"):
        made()([name_of("A"), torch.tensor([], dtype=torch.int64)])


def test_a_new_net_keeps_its_state_at_first_and_has_the_sizes_it_says():
    torch.manual_seed(0)
    net, lstm = NameNet(5, 0.3), NameNet(5).rnn.lstm
    assert (lstm.bias_ih_l0 + lstm.bias_hh_l0).tolist() == [0.0] * 5 + [1.0] * 5 + [0.0] * 10
    assert (net.drop.p, net.head.in_features, net.head.out_features) == (0.3, 15, len(CATEGORIES))
    assert sum(weight.numel() for weight in NameNet().parameters()) == 93_998
    assert SUMMED == 8


def test_dropout_is_on_while_training_only():
    net, batch = made(drop=0.5), some(4)
    assert torch.equal(net(batch).logits, net(batch).logits)
    net.train()
    torch.manual_seed(0)
    assert not torch.equal(net(batch).logits, net(batch).logits)
    assert torch.equal(net(batch).h, net(batch).h)  # none between the letters
    assert net.loss(batch, torch.zeros(4, dtype=int)) != net.loss(batch, torch.zeros(4, dtype=int))
    with torch.no_grad():
        net.head.weight.zero_()
    batch = [name[:2] for name in some(4, shortest=2)]
    losses = {net.loss(batch, torch.zeros(4, dtype=int)).item() for _ in range(9)}
    assert len(losses) > 1  # on the way to the next letter too


# --- predicted -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("at_once", [1, 4, 10, 512])
def test_predicted_is_the_largest_logit_of_each_name_in_the_callers_order(at_once):
    net, batch = made(seed=3), some(11, longest=20)
    want = [judged(net, hidden(net, name)).argmax().item() for name in batch]
    assert len(set(want)) > 2
    assert predicted(net, batch, at_once).tolist() == want


def counts_at_once(net, names, **how):
    """How many names the net is given in each call, while `posterior` reads them and then `predicted`."""
    calls = []
    handle = net.register_forward_pre_hook(lambda _, given: calls.append((len(given[0]), torch.is_grad_enabled())))
    posterior(net, names, **how)
    predicted(net, names, **how)
    handle.remove()
    assert not any(graded for _, graded in calls)
    return [count for count, _ in calls]


@pytest.mark.parametrize("at_once", [1, 4, 11, 512])
def test_the_posterior_of_each_name_is_that_of_it_alone_however_many_are_read_at_once(at_once):
    net, batch = made(seed=3), some(11, longest=20)
    want = torch.stack([judged(net, hidden(net, name)).softmax(0) for name in batch])
    near(posterior(net, batch, at_once), want.detach(), 1e-12)
    near(posterior(net, batch), unfolded_last(net, batch), 1e-12)


def unfolded_last(net, batch):
    return torch.stack([unfold(net, name).posterior[-1] for name in batch])


def test_names_are_read_in_batches_and_without_a_gradient():
    net, batch = made(), some(300)
    assert counts_at_once(net, batch, at_once=128) == [128, 128, 44] * 2
    assert counts_at_once(net, batch) == [64, 64, 64, 64, 44] * 2
    assert counts_at_once(net, batch, at_once=300) == [300] * 2
    refused("at_once: expected a whole number of at least 1, got 0; give an int", lambda: posterior(net, batch, 0))


@pytest.mark.parametrize("training", [True, False])
def test_predicted_sees_the_net_without_dropout_and_leaves_it_as_it_was(training):
    net, batch = made(drop=0.9, seed=3), some(30)
    want = net(batch).logits.argmax(1)
    net.train(training)
    assert torch.equal(predicted(net, batch), want)
    assert net.training is training
    assert net.drop.training is training
    assert all(weight.grad is None for weight in net.parameters())


# --- splits ----------------------------------------------------------------------------------------------------------

COUNT = 11_606


@pytest.mark.parametrize("split", room.SPLITS)
def test_a_split_is_complete_disjoint_ascending_and_always_the_same(split):
    train, test = room.SPLITS[split](COUNT)
    assert sorted([*train, *test]) == list(range(COUNT))
    assert all(a < b for side in (train, test) for a, b in pairwise(side))
    assert all(np.array_equal(a, b) for a, b in zip(room.SPLITS[split](COUNT), (train, test), strict=True))
    assert train.dtype == test.dtype == np.int64


def test_the_splits_have_the_sizes_that_the_lesson_says():
    assert [len(side) for side in room.random_split(COUNT)] == [9_000, 2_606]
    assert [len(side) for side in room.block_split(COUNT)] == [9_286, 2_320]
    assert list(room.SPLITS) == ["random", "blocks"]


def test_the_random_split_is_drawn_without_regard_to_the_order():
    _, test = room.random_split(COUNT)
    parts = np.histogram(test, bins=10, range=(0, COUNT))[0]
    assert (abs(parts - 260.6) < 60).all()  # four standard deviations
    assert (np.diff(test) == 1).mean() == pytest.approx(2606 / COUNT, abs=0.05)
    assert np.array_equal(np.sort(np.random.default_rng(0).permutation(COUNT)[9000:]), test)


def test_the_split_by_blocks_keeps_every_fifth_forty_names_in_a_row():
    train, test = room.block_split(430)
    assert test.tolist() == [*range(160, 200), *range(360, 400)]
    assert train.tolist() == [*range(160), *range(200, 360), *range(400, 430)]
    _, test = room.block_split(COUNT)
    assert {len(run) for run in np.split(test, np.flatnonzero(np.diff(test) > 1) + 1)} == {40}


def test_too_few_names_are_refused():
    refused("count: expected more than 9000 names, got 9000; give all of them", lambda: room.random_split(9000))
    refused("count: expected a whole number of at least 200, got 199; give an int", lambda: room.block_split(199))
    refused("count: expected a whole number of at least 1, got 1e4; give an int".replace("1e4", "10000.0"), floats)
    assert [len(side) for side in room.random_split(9001)] == [9000, 1]
    assert [len(side) for side in room.block_split(200)] == [160, 40]


def floats():
    room.random_split(1e4)


# --- training --------------------------------------------------------------------------------------------------------

TEXTS = ["LATIN SMALL LETTER", "LATIN CAPITAL LETTER", "DIGIT ONE", "COMBINING MARK"]


def toy(count=24):
    """Names in which one word tells the category."""
    batch = [name_of(f"{TEXTS[k % 4]} {'ABCDEFGH'[k % 8]}") for k in range(count)]
    return batch, torch.tensor([(1, 0, 4, 3)[k % 4] for k in range(count)])


def learnt(seed=0, units=6, make=NameNet, **how):
    torch.manual_seed(seed)
    net = make(units)
    progress = list(train(net, *toy(), **{"epochs": 3, "batch": 8, **how}))
    return net, progress


def weights_of(net):
    return torch.cat([weight.detach().flatten() for weight in net.parameters()])


def test_the_same_seed_gives_the_same_weights_to_the_last_bit():
    (one, first), (two, second) = learnt(), learnt()
    assert torch.equal(weights_of(one), weights_of(two))
    assert [p.loss for p in first] == [p.loss for p in second]
    assert not torch.equal(weights_of(one), weights_of(learnt(seed=1)[0]))


def test_training_learns_and_tells_its_progress_after_each_pass():
    net, progress = learnt(units=16, epochs=40, batch=4)
    batch, targets = toy()
    assert [p.epoch for p in progress] == list(range(1, 41))
    assert progress[-1].loss < 0.5 * progress[0].loss
    assert (predicted(net, batch) == targets).all()
    seconds = [0.0, *(p.seconds for p in progress)]
    assert all(a < b for a, b in pairwise(seconds))
    assert isinstance(progress[0], Progress)
    assert learnt(rate=1e-9)[1][0].loss == pytest.approx(log(8) + log(38), rel=0.1)


def test_training_goes_on_only_when_asked_and_hands_the_net_over_ready_to_predict():
    torch.manual_seed(0)
    net = NameNet(3)
    passes, start = train(net, *toy(), epochs=2), weights_of(net)
    assert torch.equal(weights_of(net), start)
    next(passes)
    middle = weights_of(net)
    assert not net.training
    assert not torch.equal(middle, start)
    predicted(net, toy()[0])
    next(passes)
    assert not torch.equal(weights_of(net), middle)
    assert not net.training
    with pytest.raises(StopIteration):
        next(passes)


def watch(net):
    """What the net is asked for, batch by batch: [(names, targets, training)]."""
    asked, loss = [], net.loss
    net.loss = lambda batch, targets: (asked.append((batch, targets, net.training)), loss(batch, targets))[1]
    return asked


def test_each_pass_shows_every_name_once_with_its_own_category_in_a_new_order():
    torch.manual_seed(0)
    net, (batch, targets) = NameNet(2), toy(20)
    asked = watch(net)
    batch = [torch.cat([name, torch.tensor([k])]) for k, name in enumerate(batch)]  # the last letter is its number
    list(train(net, batch, targets, epochs=2, words=0.0, batch=8))
    assert [len(names) for names, _, _ in asked] == [8, 8, 4] * 2
    assert all(training for _, _, training in asked)
    seen = [(int(x[-1]), int(y)) for names, ys, _ in asked for x, y in zip(names, ys, strict=True)]
    orders = [[k for k, _ in seen[:20]], [k for k, _ in seen[20:]]]
    assert [sorted(order) for order in orders] == [list(range(20))] * 2
    assert orders[0] != orders[1] != list(range(20)) != orders[0]
    assert all(y == targets[k] for k, y in seen)


def test_words_are_left_out_as_likely_as_is_asked():
    def letters(words):
        torch.manual_seed(0)
        net = NameNet(1)
        asked = watch(net)
        list(train(net, *toy(96), epochs=2, words=words))
        return sum(len(x) for names, _, _ in asked for x in names)

    whole = 2 * sum(map(len, toy(96)[0]))
    assert letters(0.0) == whole
    assert letters(0.5) < 0.9 * whole < letters(0.1) < whole


def rates(epochs, batch=8, **how):
    """The learning rates of a training, the norms of its gradients, and what its optimizer is set to."""
    seen, step = [], torch.optim.AdamW.step

    def watched(optimizer, *args, **kwargs):
        group = optimizer.param_groups[0]
        norm = torch.cat([p.grad.flatten() for p in group["params"]]).norm().item()
        seen.append((group["lr"], norm, group["weight_decay"], group["betas"][1]))
        return step(optimizer, *args, **kwargs)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(torch.optim.AdamW, "step", watched)
        learnt(epochs=epochs, batch=batch, **how)
    return [list(column) for column in zip(*seen, strict=True)]


def test_the_rate_rises_to_what_is_asked_and_falls_to_nothing():
    rate, norms, decay, second = rates(epochs=10, rate=0.03)
    top = int(np.argmax(rate))
    assert len(rate) == 30
    assert rate[0] == pytest.approx(0.03 / 25)
    assert rate[top] == pytest.approx(0.03, rel=0.01)
    assert top == pytest.approx(0.3 * 30, abs=1)
    assert all(a < b for a, b in pairwise(rate[: top + 1]))
    assert all(a > b for a, b in pairwise(rate[top:]))
    assert rate[-1] < 0.03 / 100
    assert max(norms) <= 1 + 1e-5
    assert set(decay) == {0.0}
    assert set(second) == {0.99}


def steps_of(optimizer, loss_now):
    """Run under it, each step of this optimizer notes how far its gradient is from that of `loss_now`, clipped to 1."""
    seen, step = [], optimizer.step

    def watched(self, *args, **kwargs):
        weights = self.param_groups[0]["params"]
        got = torch.cat([weight.grad.flatten() for weight in weights])
        with torch.enable_grad():
            want = torch.cat([grad.flatten() for grad in torch.autograd.grad(loss_now(), weights)])
        seen.append(((got - want / max(1, want.norm())).abs().max() / want.abs().max()).item())
        seen.append(self.param_groups[0]["lr"])
        return step(self, *args, **kwargs)

    return seen, mock.patch.object(optimizer, "step", watched)


def test_each_step_goes_down_the_gradient_of_its_own_batch():
    torch.manual_seed(0)
    net = NameNet(3, drop=0.0)
    asked = watch(net)
    seen, watching = steps_of(torch.optim.AdamW, lambda: NameNet.loss(net, *asked[-1][:2]))
    with watching:
        list(train(net, *toy(), epochs=2, words=0.0, batch=8))
    assert len(seen) == 2 * 6
    assert max(seen[::2]) < 1e-4


def test_the_loss_that_is_told_is_the_mean_of_the_pass():
    torch.manual_seed(0)
    net, asked = NameNet(3), []
    loss = net.loss
    net.loss = lambda *given: (asked.append(loss(*given)), asked[-1])[1]
    told = [p.loss for p in train(net, *toy(), epochs=2, batch=8)]
    assert told == pytest.approx([sum(asked[:3]).item() / 3, sum(asked[3:]).item() / 3], rel=1e-6)


def test_training_refuses_by_name():
    net, (batch, targets) = NameNet(2), toy(8)

    def asked(names=batch, of=targets, **how):
        return lambda: next(train(net, names, of, **{"epochs": 1, **how}))

    refused("epochs: expected a whole number of at least 1, got 0; give an int", asked(epochs=0))
    refused("epochs: expected a whole number of at least 1, got 1.0; give an int", asked(epochs=1.0))
    refused("batch: expected a whole number of at least 1, got 0; give an int", asked(batch=0))
    message = "targets: expected 8 categories, one a name, got 7; give one for each name"
    refused(message, asked(of=targets[:7]))


# --- words left out --------------------------------------------------------------------------------------------------


def words_of(name):
    return "".join(ld.series.ALPHABET[k] for k in name).split(" ")


def subsequences(words):
    """Every choice of words in their order, but none of them: {str}."""
    choices = range(1, 2 ** len(words))
    return {" ".join(w for k, w in enumerate(words) if choice >> k & 1) for choice in choices}


@pytest.mark.parametrize("text", ["A", "LATIN SMALL", "GREEK SMALL LETTER ALPHA", "A-B C-D E F"])
def test_what_is_left_is_a_choice_of_words_in_their_order_and_every_choice_comes(text):
    torch.manual_seed(0)
    left = {" ".join(words_of(drop_words(name_of(text), 0.5))) for _ in range(600)}
    assert left == subsequences(text.split(" "))


@given(st.lists(st.text("AB-0", min_size=1, max_size=3), min_size=1, max_size=4), st.floats(0, 1), st.integers(0, 99))
def test_words_left_out_leave_a_name(words, likely, seed):
    torch.manual_seed(seed)
    name = name_of(" ".join(words))
    before = name.clone()
    assert " ".join(words_of(drop_words(name, likely))) in subsequences(words)
    assert torch.equal(name, before)


@pytest.mark.parametrize("likely", [0.2, 0.5])
def test_every_second_name_loses_none_and_the_others_each_word_so_likely(likely):
    torch.manual_seed(0)
    words, count = list("ABCDEFGH"), 4000
    left = [words_of(drop_words(name_of(" ".join(words)), likely)) for _ in range(count)]
    kept = {word: sum(word in one for one in left) / count for word in words}
    assert all(share == pytest.approx(1 - likely / 2, abs=0.04) for share in kept.values())
    whole = sum(len(one) == 8 for one in left) / count
    assert whole == pytest.approx(0.5 + 0.5 * (1 - likely) ** 8, abs=0.04)


def test_a_name_stays_whole_at_none_and_at_all():
    torch.manual_seed(0)
    name = name_of("A B C")
    assert all(torch.equal(drop_words(name, likely), name) for likely in (0.0, 1.0) for _ in range(50))


# --- the stream ------------------------------------------------------------------------------------------------------

AB = [np.array([0, 1]), np.array([2])]  # AB, C


def stream(units=4, dtype=torch.float64, seed=0):
    return made(units, dtype, seed, kind=NameStream)


def test_a_stream_one_can_write_down():
    read, told = tokens(AB, reset=False)
    assert read.tolist() == [END, 0, 1, END, 2]
    assert told.tolist() == [0, 1, END, 2, END]
    read, told = tokens(AB, reset=True)
    assert read.tolist() == [RESET, END, 0, 1, RESET, END, 2]
    assert told.tolist() == [UNASKED, 0, 1, END, UNASKED, 2, END]
    assert (END, RESET) == (38, 39)
    assert read.dtype == told.dtype == torch.int64


@given(names, st.booleans())
def test_every_letter_and_every_end_is_to_be_foretold_once(batch, reset):
    read, told = tokens([name.numpy() for name in batch], reset)
    assert len(read) == len(told) == sum(map(len, batch)) + len(batch) * (1 + reset)
    assert told[told != UNASKED].tolist() == [k for name in batch for k in [*name.tolist(), END]]
    assert ((read == RESET) == (told == UNASKED)).all()
    following = read[read != RESET][1:]
    assert torch.equal(following, told[told != UNASKED][:-1])


@pytest.mark.parametrize("width", [1, 3, 50])
@pytest.mark.parametrize("reset", [True, False])
def test_windows_with_the_state_carried_are_one_long_pass(width, reset):
    net, hx, parts = stream(), None, []
    read = tokens([name.numpy() for name in some(12)], reset)[0].view(1, -1)
    whole, last = net(read)
    for window in read.split(width, dim=1):
        logits, hx = net(window, hx)
        parts.append(logits)
    near(torch.cat(parts, 1), whole, 1e-12)
    near(torch.stack(hx), torch.stack(last), 1e-12)


def foretold(net, read):
    """The judge: plain torch on tokens that hold no RESET, (L, 39)."""
    x = torch.eye(END + 1, dtype=torch.float64)[read]
    return net.head(net.lstm(x[None])[0][0])


def test_with_resets_each_name_is_read_as_if_it_were_alone_and_without_as_one_row():
    net, batch = stream(), [name.numpy() for name in some(9)]
    for reset in (True, False):
        read, _ = tokens(batch, reset)
        logits = net(read[None])[0][0][read != RESET]
        alone = torch.cat([foretold(net, torch.tensor([END, *name])) for name in batch])
        row = foretold(net, torch.tensor([k for name in batch for k in [END, *name]]))
        near(logits, alone if reset else row, 1e-12)
    assert (alone - row).abs().max() > 0.01


def bits_by_hand(net, blocks, reset):
    seen = []
    for block in blocks:
        for part in [[name] for name in block] if reset else [block]:
            read = [k for name in part for k in [END, *name]]
            told = [k for name in part for k in [*name, END]]
            seen += log_softmax(foretold(net, torch.tensor(read)), 1)[range(len(told)), told].tolist()
    return -sum(seen) / len(seen) / log(2)


@pytest.mark.parametrize("reset", [True, False])
def test_bits_are_those_of_every_letter_by_hand(reset):
    net, batch = stream(), [name.numpy() for name in some(11)]
    blocks = [batch[:4], batch[4:5], batch[5:]]
    assert room.bits(net, blocks, reset=reset) == pytest.approx(bits_by_hand(net, blocks, reset), abs=1e-12)
    assert room.bits(net, blocks, reset=True) != pytest.approx(room.bits(net, blocks, reset=False), abs=1e-3)


@pytest.mark.parametrize("reset", [True, False])
@pytest.mark.parametrize("at_once", [1, 2, 3, 9])
def test_bits_are_the_same_however_many_blocks_are_read_at_once(reset, at_once):
    net, batch = stream(), [name.numpy() for name in some(23)]
    blocks = [batch[:4], batch[4:5], batch[5:9], batch[9:20], batch[20:]]
    seen = []
    net.register_forward_pre_hook(lambda _, given: seen.append((len(given[0]), torch.is_grad_enabled())))
    got = room.bits(net, blocks, reset=reset, at_once=at_once)
    assert got == pytest.approx(bits_by_hand(net, blocks, reset), abs=1e-12)
    assert seen[: -(-5 // at_once)] == [(min(at_once, 5 - k), False) for k in range(0, 5, at_once)]


def test_four_blocks_are_read_at_once_unless_told_otherwise_and_none_is_refused():
    net, seen = stream(), []
    net.register_forward_pre_hook(lambda _, given: seen.append(len(given[0])))
    room.bits(net, [AB] * 19, reset=False)
    assert seen == [4, 4, 4, 4, 3]
    message = "at_once: expected a whole number of at least 1, got 0; give an int"
    refused(message, lambda: room.bits(net, [AB], reset=False, at_once=0))


@pytest.mark.parametrize("reset", [True, False])
def test_a_net_that_knows_nothing_needs_log2_of_39_bits(reset):
    net = stream()
    with torch.no_grad():
        net.head.weight.zero_()
        net.head.bias.zero_()
    assert room.bits(net, [AB, AB[:1]], reset=reset) == pytest.approx(np.log2(39), abs=1e-12)


def test_a_new_stream_net_keeps_its_state_at_first():
    torch.manual_seed(0)
    net = NameStream(64)
    bias = (net.lstm.bias_ih_l0 + net.lstm.bias_hh_l0).view(4, -1).mean(1)
    assert bias.tolist() == pytest.approx([0, 1, 0, 0], abs=0.1)
    assert (net.lstm.input_size, net.head.out_features) == (39, 39)
    assert NameStream().lstm.hidden_size == 128


def test_lanes_are_the_stream_in_sixteen_pieces_cut_into_windows():
    long = 16 * 120 + 7  # the rest is left
    windows = _lanes((torch.arange(long), -torch.arange(long)))
    assert (LANES, WIDTH) == (16, 50)
    assert [tuple(read.shape) for read, _ in windows] == [(16, 50), (16, 50), (16, 20)]
    read, told = (torch.cat(side, 1) for side in zip(*windows, strict=True))
    assert torch.equal(read.flatten(), torch.arange(16 * 120))
    assert torch.equal(told, -read)


def stream_of(count=60):
    return [encode(f"{'CAPITAL' if k % 2 else 'SMALL'} {'ABCDEFGHIJ'[k // 2 % 10]}") for k in range(count)]


def streamed(seed=0, units=6, passes=2, batch=None, **how):
    torch.manual_seed(seed)
    net = NameStream(units)
    return net, list(room.train_stream(net, batch or stream_of(), passes=passes, **{"reset": False, **how}))


@pytest.mark.parametrize("how", [{"reset": False}, {"reset": True}, {"reset": False, "together": 1}])
def test_a_stream_is_learnt_alike_by_the_same_seed_and_better_with_every_pass(how):
    how = {"units": 12, "batch": stream_of(200), "passes": 12, "rate": 0.05, **how}
    (one, first), (two, second) = streamed(**how), streamed(**how)
    assert torch.equal(weights_of(one), weights_of(two))
    assert first == second
    assert [p.number for p in first] == list(range(1, 13))
    assert first[0].bits == pytest.approx(np.log2(39), rel=0.2)
    assert first[-1].bits < 0.8 * first[0].bits
    assert not torch.equal(weights_of(one), weights_of(streamed(**{**how, "seed": 1})[0]))


def windows_read(**how):
    """What the net reads in training: [(tokens (B, T), whether it begins from zeros)], and the states it is given."""
    seen, states, forward = [], [], NameStream.forward

    def watched(net, read, hx=None):
        seen.append((read, hx is None))
        states.append(hx)
        return forward(net, read, hx)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(NameStream, "forward", watched)
        streamed(**how)
    return seen, states


@pytest.mark.parametrize("reset", [True, False])
def test_each_step_on_a_stream_goes_down_the_gradient_of_its_own_window(reset):
    """Of one window a pass, so that each begins from zeros; the rate rises to what is asked and falls to nothing."""
    torch.manual_seed(0)
    net, windows = NameStream(3), _lanes(tokens(stream_of(), reset))
    assert len(windows) == 1

    def loss_now():
        read, told = windows[0]
        return -log_softmax(net(read)[0], 2)[told != UNASKED][
            range((told != UNASKED).sum()), told[told != UNASKED]
        ].mean()

    seen, watching = steps_of(torch.optim.Adam, loss_now)
    with watching:
        list(room.train_stream(net, stream_of(), passes=20, reset=reset, rate=0.02))
    assert max(seen[::2]) < 1e-4
    rate = seen[1::2]
    assert len(rate) == 20
    assert rate[0] == pytest.approx(0.02 / 25)
    assert max(rate) == rate[6] == pytest.approx(0.02, rel=0.01)
    assert rate[-1] < 0.02 / 50


@pytest.mark.parametrize("reset", [True, False])
def test_in_training_the_state_is_carried_through_a_pass_detached_and_begins_each_from_zeros(reset):
    batch = stream_of(200)
    seen, states = windows_read(batch=batch, reset=reset)
    count = len(seen) // 2
    assert count > 1
    assert [fresh for _, fresh in seen] == ([True] + [False] * (count - 1)) * 2
    assert not any(s.requires_grad for hx in states if hx for s in hx)
    assert any(s.abs().max() > 0 for hx in states if hx for s in hx)
    read = torch.cat([part for part, _ in seen[:count]], 1).flatten()
    assert torch.equal(read, tokens(batch, reset)[0][: len(read)])
    assert all(torch.equal(a, b) for (a, _), (b, _) in zip(seen[:count], seen[count:], strict=True))


def test_shuffled_means_every_pass_in_an_order_of_its_own():
    batch = [encode(f"{k:04}") for k in range(160)]
    seen, _ = windows_read(batch=batch, together=1)
    count = len(seen) // 2
    orders = []
    for part in (seen[:count], seen[count:]):
        read = torch.cat([one for one, _ in part], 1).flatten().view(160, 5)
        assert (read[:, 0] == END).all()
        orders.append([int("".join(str(k - 26) for k in name)) for name in read[:, 1:].tolist()])
    assert [sorted(order) for order in orders] == [list(range(160))] * 2
    assert orders[0] != orders[1] != list(range(160)) != orders[0]


def test_neighbours_stay_together_while_their_blocks_are_shuffled():
    batch = [encode(f"{k:04}") for k in range(160)]
    seen, _ = windows_read(batch=batch, together=40)
    read = torch.cat([one for one, _ in seen[: len(seen) // 2]], 1).flatten().view(160, 5)
    order = [int("".join(str(k - 26) for k in name)) for name in read[:, 1:].tolist()]
    blocks = [order[k : k + 40] for k in range(0, 160, 40)]
    assert sorted(blocks) == [list(range(k, k + 40)) for k in range(0, 160, 40)]
    message = "together: expected a whole number of at least 1, got 0; give an int"
    refused(message, lambda: streamed(together=0))


def test_a_stream_is_refused_by_name():
    net = NameStream(2)
    message = "names: expected 16 letters or more, got 5; give more names"
    refused(message, lambda: next(room.train_stream(net, AB, passes=1, reset=False)))
    message = "passes: expected a whole number of at least 1, got 0; give an int"
    refused(message, lambda: next(room.train_stream(net, stream_of(), passes=0, reset=False)))
    refused("count: expected a whole number of at least 1, got 0; give an int", lambda: room.invent(net, AB, 0))


# --- invented --------------------------------------------------------------------------------------------------------


def sure(token):
    """A net that always foretells the same token."""
    net = stream()
    with torch.no_grad():
        net.head.weight.zero_()
        net.head.bias.zero_()
        net.head.bias[token] = 1e4
    return net


def test_invented_names_end_where_the_net_ends_them_and_are_cut_where_it_does_not():
    assert [name.tolist() for name in room.invent(sure(END), AB, 3)] == [[]] * 3
    assert [name.tolist() for name in room.invent(sure(7), AB, 2, longest=5)] == [[7] * 5] * 2
    assert len(room.invent(sure(7), AB, 1)[0]) == 60
    assert room.invent(sure(7), AB, 1)[0].dtype == np.int64


def test_invented_names_are_drawn_by_the_seed():
    def drawn(seed):
        torch.manual_seed(seed)
        return [name.tolist() for name in room.invent(stream(), AB, 4, longest=9)]

    net = stream()
    torch.manual_seed(5)
    one = [name.tolist() for name in room.invent(net, AB, 4, longest=9)]
    torch.manual_seed(5)
    assert one == [name.tolist() for name in room.invent(net, AB, 4, longest=9)]
    assert one != [name.tolist() for name in room.invent(net, AB, 4, longest=9)]
    assert all(0 <= letter < LETTERS for name in one for letter in name)
    assert drawn(0) is not None


def test_each_letter_is_drawn_from_what_the_net_says_after_all_that_went_before(monkeypatch):
    net, said = stream(), []
    draw = torch.multinomial
    monkeypatch.setattr(torch, "multinomial", lambda p, n: (said.append(p.clone()), draw(p, n))[1])
    torch.manual_seed(1)
    made = room.invent(net, AB, 6, longest=4)
    assert {len(name) == 4 for name in made} | {len(name) < 4 for name in made} == {True, False}
    read = [k for name in AB for k in [END, *name.tolist()]]
    for name in made:
        read.append(END)
        for letter in [*name.tolist(), *([] if len(name) == 4 else [END])]:
            near(said.pop(0), foretold(net, torch.tensor(read))[-1].softmax(0).detach(), 1e-12)
            if letter != END:
                read.append(letter)
    assert said == []


def test_a_stream_net_runs_through_closed_gates_of_its_own_weights():
    net, read = stream(), torch.tensor([[RESET, 3]])
    x = torch.eye(RESET + 1, dtype=torch.float64)[read]
    near(net(read)[0], net.head(close_gates(net.lstm)(x)[0]), 1e-12)
    assert net(read[:, :1])[1][0].abs().max() == 0


# --- letter by letter ------------------------------------------------------------------------------------------------


def test_a_reader_equals_the_batch_pass_at_every_letter_of_a_thousand_names():
    net, batch = made(4, torch.float32), some(1000, longest=12)
    reader, worst = NameReader(net), 0.0
    h = net(batch).h.split([len(name) for name in batch])
    for name, states in zip(batch, h, strict=True):
        reader.forget()
        said = torch.stack([reader.read(code) for code in name])
        read = torch.cat([states, states.cummax(0).values, states.cumsum(0) / 8], 1)
        want = (read @ net.head.weight.T + net.head.bias).softmax(1)
        worst = max(worst, (said - want).abs().max().item(), (reader.h - states[-1]).abs().max().item())
    assert worst <= 1e-6


@pytest.mark.parametrize("dtype", VALUES)
@pytest.mark.parametrize("text", ["A", "LATIN SMALL LETTER A", "DIGIT 9-9"])
def test_reader_unfold_and_every_beginning_read_alone_agree(dtype, text):
    net, name = made(dtype=dtype, drop=0.9), name_of(text)
    posterior, h = unfold(net.train(), name)  # without dropout, in whatever mode the net was left
    reader = NameReader(net.train())
    assert posterior.shape == (len(name), 8)
    near(posterior.sum(1), torch.ones(len(name), dtype=dtype), 1e-6)
    for n in range(1, len(name) + 1):
        near(reader.read(int(name[n - 1])), posterior[n - 1], VALUES[dtype])
        near(reader.h, h[n - 1], VALUES[dtype])
        near(posterior[n - 1], net([name[:n]]).logits[0].softmax(0), VALUES[dtype])
    near(h, hidden(net, name), VALUES[dtype])
    assert not any(value.requires_grad for value in (posterior, h, reader.h, reader.read(0)))


def test_a_reader_forgets_all_and_so_deletes_and_retypes():
    net = made()
    reader, fresh = NameReader(net), NameReader(net)
    assert reader.h.tolist() == [0.0] * 3
    for code in name_of("SNOWMAX"):
        reader.read(code)
    reader.forget()
    assert reader.h.tolist() == [0.0] * 3
    assert reader.total.tolist() == [[0.0] * 3]
    for code in name_of("SNOWMAN"):  # the last letter deleted and another typed: the rest is read again
        assert torch.equal(reader.read(code), fresh.read(code))
    assert torch.equal(reader.h, fresh.h)


def test_two_readers_of_one_net_do_not_disturb_each_other_nor_the_net():
    net, before = made(), made().state_dict()
    one, two = NameReader(net), NameReader(net)
    want = unfold(net, name_of("AB")).posterior
    said = [one.read(0), two.read(1), one.read(1), two.read(1)]
    near(torch.stack(said[::2]), want, 1e-12)
    near(torch.stack(said[1::2]), unfold(net, name_of("BB")).posterior, 1e-12)
    assert all(torch.equal(before[k], v) for k, v in net.state_dict().items())
    assert list(net.state_dict()) == list(before)


def test_a_reader_serves_the_weights_that_the_net_has_now():
    net = made()
    reader = NameReader(net)
    net.load_state_dict(made(seed=1).state_dict())
    near(reader.read(0), unfold(made(seed=1), torch.tensor([0])).posterior[0], 1e-12)


def test_what_a_reader_gives_out_cannot_be_used_to_change_it():
    net = made()
    reader, fresh = NameReader(net), NameReader(net)
    for code in (3, 4):
        reader.read(code).fill_(0)
        reader.h.fill_(9)
        fresh.read(code)
    assert torch.equal(reader.read(5), fresh.read(5))


def test_a_reader_keeps_nothing_that_grows():
    """Written down it is as long after 10,000 letters as after ten."""
    reader, letters = NameReader(made()), some(1, 200, 200)[0].tolist()
    sizes = []
    for count in (10, 9_990):
        for k in range(count):
            reader.read(letters[k % 200])
        sizes.append(len(pickle.dumps(reader)))
    assert sizes[0] == sizes[1]


@pytest.mark.parametrize("code", [-1, 2.7, "A", None, torch.tensor(2.0), torch.tensor([1, 2])])
def test_a_reader_refuses_what_is_no_whole_number_from_0(code):
    with pytest.raises(ValueError, match=r"^code: expected a whole number of at least 0, got"):
        NameReader(made()).read(code)


def test_a_reader_refuses_a_letter_that_is_none():
    message = "code: expected a letter, 0 to 37, got 38; encode(name) turns letters into codes"
    refused(message, lambda: NameReader(made()).read(38))


def test_to_train_on_no_names_is_refused():
    message = "names: expected one name or more, got none; give the names to train on"
    refused(message, lambda: next(room.train(made(), [], torch.zeros(0, dtype=torch.long), epochs=1)))
