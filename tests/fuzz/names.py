"""What the fuzz knows of `names`."""

import math

import numpy as np
import torch
from hypothesis import strategies as st

import lstm_demo as ld
from lstm_demo import names

from .case import Case, copied, few, near, takes


def net_for_names():
    torch.manual_seed(0)
    return names.NameNet(3)


NET, STREAM, WINDOW = net_for_names(), names.NameStream(3), names.WindowNet(4, 5)
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


def judge_kinds(given, said):
    assert len(said) == len(given["names"])
    assert ((said >= 0) & (said < 8)).all()


def judge_posterior(given, likely):
    """Each name as it comes out alone."""
    alone = [given["net"].eval()([name]).logits.softmax(1)[0] for name in given["names"]]
    near(likely, torch.stack(alone), 1e-4)


def judge_unfolded(given, result):
    near(result.posterior.sum(dim=1), np.ones(len(given["name"])), 1e-5)
    near(result.posterior[-1], NET.eval()([given["name"]]).logits.softmax(1)[0], 1e-4)


def judge_split(given, split):
    train, test = split
    assert sorted([*train, *test]) == list(range(int(given["count"])))


def judge_dropped(given, short):
    assert len(short) >= 1
    assert {*short.tolist()} <= {*given["name"].tolist()}


CASES = {
    "names.NameNet": Case(takes(units=few, drop=st.just(0.2)), names.NameNet),
    "names.NameNet.forward": Case(
        takes(net=st.just(NET), names=encoded), lambda net, names: net(names), share=2, fixed=("net",)
    ),
    "names.NameNet.loss": Case(
        encoded.map(lambda n: {"net": NET, "names": n, "targets": torch.zeros(len(n), dtype=torch.long)}),
        lambda net, names, targets: net.loss(names, targets),
        share=2,
        fixed=("net",),
    ),
    "names.WindowNet": Case(takes(width=few, hidden=few, drop=st.just(0.3)), names.WindowNet),
    "names.WindowNet.forward": Case(
        takes(net=st.just(WINDOW), names=encoded), lambda net, names: net(names), share=2, fixed=("net",)
    ),
    "names.WindowNet.windows": Case(
        takes(net=st.just(WINDOW), names=encoded), lambda net, names: net.windows(names), share=2, fixed=("net",)
    ),
    "names.WindowNet.loss": Case(
        encoded.map(lambda n: {"net": WINDOW, "names": n, "targets": torch.zeros(len(n), dtype=torch.long)}),
        lambda net, names, targets: net.loss(names, targets),
        share=2,
        fixed=("net",),
    ),
    "names.NameStream": Case(takes(units=few), names.NameStream),
    "names.NameReader": Case(takes(net=st.just(NET)), names.NameReader),
    "names.NameReader.read": Case(
        takes(code=st.sampled_from([0, 37, np.int64(3), torch.tensor(4)])),
        lambda code: names.NameReader(NET).read(code),
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
