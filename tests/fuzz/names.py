"""What the fuzz knows of `names`."""

import math

import numpy as np
import torch
from hypothesis import strategies as st

import lstm_demo as ld
from lstm_demo import names

from .case import Case, copied, few, near, takes


def nets_for_names():
    torch.manual_seed(0)
    return names.NameNet(3).eval(), names.WindowNet(4, 5).eval()


NET, WINDOW = nets_for_names()
texts = st.sampled_from(["LATIN SMALL", "a", "A-1"])
encoded = st.lists(texts.map(lambda t: torch.from_numpy(ld.encode(t))), min_size=1, max_size=3)
codes = st.lists(texts.map(ld.encode), min_size=6, max_size=8)


@st.composite
def train_given(draw):
    given = draw(encoded)
    return {
        "net": NET,
        "names": given,
        "targets": torch.tensor([k % 8 for k in range(len(given))]),
        "epochs": 1,
        "batch": draw(few),
        "words": 0.2,
        "rate": 0.01,
    }


def judge_progress(given, told):
    assert [one.epoch for one in told] == list(range(1, int(given["epochs"]) + 1))
    assert all(math.isfinite(one.loss) for one in told)


def alone(net, name):
    """The logits of one name and all hidden states, by torch's own LSTM: read at its last, highest and summed h."""
    h = net.rnn.lstm(torch.eye(38)[name][None])[0][0]
    return net.head(torch.cat([h[-1], h.max(dim=0).values, h.sum(dim=0) / 8])), h


def judge_read(given, read):
    each = [alone(NET, name) for name in given["names"]]
    near(read.logits, torch.stack([logits for logits, _ in each]), 1e-4)
    near(read.h, torch.cat([h for _, h in each]), 1e-4)


def judge_loss(given, loss):
    """Of the category, and of every letter that follows one, each as likely as torch's softmax says."""
    each = [alone(NET, name) for name in given["names"]]
    kind = [-logits.log_softmax(0)[k] for (logits, _), k in zip(each, given["targets"], strict=True)]
    next_ = [
        -NET.following(h[t]).log_softmax(0)[name[t + 1]]
        for (_, h), name in zip(each, given["names"], strict=True)
        for t in range(len(name) - 1)
    ]
    near(loss, sum(kind) / len(kind) + (sum(next_) / len(next_) if next_ else 0), 1e-4)


def seen(names, width=4):
    """The last letters of each name; 38, which is no letter, in front of a short one."""
    return [([38] * width + [int(code) for code in name])[-width:] for name in names]


def judge_seen(given, codes):
    assert codes.tolist() == seen(given["names"])


def judge_judged(given, judged):
    near(judged.logits, WINDOW.layers(torch.eye(39)[torch.tensor(seen(given["names"]))].flatten(1)), 1e-4)


def judge_window_loss(given, loss):
    likely = WINDOW.layers(torch.eye(39)[torch.tensor(seen(given["names"]))].flatten(1)).log_softmax(1)
    near(loss, -sum(row[k] for row, k in zip(likely, given["targets"], strict=True)) / len(likely), 1e-4)


def judge_heard(given, likely):
    near(likely, alone(NET, torch.tensor([int(given["code"])]))[0].softmax(0), 1e-4)


def judge_made(given, net):
    """A net of this size that reads a name."""
    assert net.head.in_features == 3 * int(given["units"])
    assert torch.isfinite(net([torch.tensor([3, 1])]).logits).all()


def judge_made_window(given, net):
    assert [tuple(layer.weight.shape) for layer in net.layers if hasattr(layer, "weight")] == [
        (int(given["hidden"]), 39 * int(given["width"])),
        (int(given["hidden"]), int(given["hidden"])),
        (8, int(given["hidden"])),
    ]
    assert {layer.p for layer in net.layers if hasattr(layer, "p")} == {float(given["drop"])}


def judge_kinds(given, said):
    """The likeliest of each name alone, unless two are as likely."""
    for kind, name in zip(said.tolist(), given["names"], strict=True):
        likely = alone(NET, name)[0].softmax(0)
        assert likely[kind] >= likely.max() - 1e-4


def judge_posterior(given, likely):
    """Each name as it comes out alone."""
    alone = [given["net"].eval()([name]).logits.softmax(1)[0] for name in given["names"]]
    near(likely, torch.stack(alone), 1e-4)


def judge_unfolded(given, result):
    near(result.posterior.sum(dim=1), np.ones(len(given["name"])), 1e-5)
    near(result.posterior[-1], NET([given["name"]]).logits.softmax(1)[0], 1e-4)


def judge_split(given, split):
    train, test = split
    assert sorted([*train, *test]) == list(range(int(given["count"])))


def judge_dropped(given, short):
    assert len(short) >= 1
    assert {*short.tolist()} <= {*given["name"].tolist()}


CASES = {
    "names.NameNet": Case(takes(units=few, drop=st.just(0.2)), names.NameNet, judge_made),
    "names.NameNet.forward": Case(
        takes(net=st.just(NET), names=encoded),
        lambda net, names: net(names),
        judge_read,
        share=2,
        fixed=("net",),
    ),
    "names.NameNet.loss": Case(
        encoded.map(lambda n: {"net": NET, "names": n, "targets": torch.zeros(len(n), dtype=torch.long)}),
        lambda net, names, targets: net.loss(names, targets),
        judge_loss,
        share=2,
        fixed=("net",),
    ),
    "names.WindowNet": Case(
        takes(width=few, hidden=few, drop=st.just(0.3)), names.WindowNet, judge_made_window, share=2
    ),
    "names.WindowNet.forward": Case(
        takes(net=st.just(WINDOW), names=encoded),
        lambda net, names: net(names),
        judge_judged,
        share=2,
        fixed=("net",),
    ),
    "names.WindowNet.windows": Case(
        takes(net=st.just(WINDOW), names=encoded),
        lambda net, names: net.windows(names),
        judge_seen,
        share=2,
        fixed=("net",),
    ),
    "names.WindowNet.loss": Case(
        encoded.map(lambda n: {"net": WINDOW, "names": n, "targets": torch.zeros(len(n), dtype=torch.long)}),
        lambda net, names, targets: net.loss(names, targets),
        judge_window_loss,
        share=2,
        fixed=("net",),
    ),
    "names.NameStream": Case(takes(units=few), names.NameStream),
    "names.NameReader": Case(takes(net=st.just(NET)), names.NameReader),
    "names.NameReader.read": Case(
        takes(code=st.sampled_from([0, 37, np.int64(3), torch.tensor(4)])),
        lambda code: names.NameReader(NET).read(code),
        judge_heard,
        share=2,
    ),
    "names.train": Case(
        train_given(),
        copied(lambda net, **given: list(names.train(net, **given))),
        judge_progress,
        share=2,
        fixed=("net",),
    ),
    "names.predicted": Case(
        takes(net=st.just(NET), names=encoded, at_once=few), names.predicted, judge_kinds, share=2, fixed=("net",)
    ),
    "names.posterior": Case(
        takes(net=st.sampled_from([NET, WINDOW]), names=encoded, at_once=few),
        names.posterior,
        judge_posterior,
        share=2,
        fixed=("net",),
    ),
    "names.unfold": Case(
        takes(net=st.just(NET), name=texts.map(lambda t: torch.from_numpy(ld.encode(t)))),
        names.unfold,
        judge_unfolded,
        share=2,
    ),
    "names.drop_words": Case(
        takes(name=texts.map(lambda t: torch.from_numpy(ld.encode(t))), likely=st.just(0.5)),
        names.drop_words,
        judge_dropped,
        share=2,
    ),
    "names.random_split": Case(takes(count=st.just(9_100)), names.random_split, judge_split),
    "names.block_split": Case(takes(count=st.just(400)), names.block_split, judge_split),
}
