"""What the fuzz knows of `rest`."""

import contextlib
import io
import math
import tempfile
from pathlib import Path

import numpy as np
import torch
from hypothesis import strategies as st

from lstm_demo import checkpoint, refusal, stamp, tables, training

from .case import Case, _copy, _weights, few, lengths, near, takes
from .layout import int_arrays


def judge_gathered(given, found):
    assert sum(len(values) for values in found.values()) == len(given["rows"])


def quietly(call):
    def quiet(**given):
        with contextlib.redirect_stdout(io.StringIO()) as out:
            call(**given)
        return out.getvalue()

    return quiet


def judge_stamp(given, told):
    assert ("no seed" in told) == (given["seed"] is None)
    assert f"seed {given['seed']}" in told or given["seed"] is None


def saved_there(module, path):
    """Written into a folder of its own whatever the path, and read back."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / path if isinstance(path, str) and path == "net.npz" else path
        try:
            checkpoint.save(module, path)
        except OSError:  # a name too long, a folder that is not there: the system's own words
            return module
        return checkpoint.load(_copy(module), path)


def judge_saved(given, module):
    assert _weights(module) == _weights(given["module"])


def load_there(module, path):
    with tempfile.TemporaryDirectory() as folder:
        checkpoint.save(torch.nn.Linear(1, 2), Path(folder) / "net.npz")
        path = Path(folder) / path if isinstance(path, str) and path == "net.npz" else path
        with contextlib.suppress(OSError):
            return checkpoint.load(_copy(module), path)


@st.composite
def fit_given(draw):
    torch.manual_seed(0)
    net = torch.nn.Linear(1, 1)
    return {"count": draw(few), "steps": draw(few), "batch": draw(few), "rate": 0.01, "net": net}


def call_fit(net, **given):
    other = _copy(net)
    return training.fit([other], lambda k: other(k[:, None].float()).square().mean(), **given)


def judge_light(given, light):
    """One step of each from the same weight comes to the same, to the last bit."""
    ends = []
    for kind in (given["kind"], light):
        weight = torch.nn.Parameter(torch.tensor([1.0, -2.0]))
        weight.grad = torch.tensor([0.5, 3.0])
        kind([weight], lr=0.1).step()
        ends.append(weight.tolist())
    assert ends[0] == ends[1]


def judge_fit(given, losses):
    assert len(losses) == int(given["steps"])
    assert all(math.isfinite(loss) for loss in losses)


CASES = {
    "tables.gathered": Case(
        takes(
            rows=st.just([tables.Streamed("reset", "in order", k, 16, 1.5) for k in (0, 1)]),
            by=st.just("state"),
            value=st.just("bits"),
        ),
        lambda rows, by, value: tables.gathered(rows, by, value=value),
        judge_gathered,
        share=2,
    ),
    "checkpoint.save": Case(
        takes(module=st.just(torch.nn.Linear(2, 1)), path=st.just("net.npz")), saved_there, judge_saved
    ),
    "checkpoint.load": Case(takes(module=st.just(torch.nn.Linear(1, 2)), path=st.just("net.npz")), load_there),
    "training.fit": Case(fit_given(), call_fit, judge_fit, share=2, fixed=("net",)),
    "training.light": Case(
        takes(kind=st.sampled_from([torch.optim.Adam, torch.optim.SGD, torch.optim.AdamW])),
        training.light,
        judge_light,
        share=2,
    ),
    "stamp.stamp": Case(takes(seed=few, apart=st.just(1e-16)), quietly(stamp.stamp), judge_stamp, share=0.5),
    "refusal.whole": Case(
        takes(argument=st.just("count"), value=few, at_least=st.just(1)),
        refusal.whole,
        names=("count",),
        fixed=("argument", "at_least"),
    ),
    "refusal.kind": Case(
        takes(argument=st.just("count"), value=few, wanted=st.just(int), cure=st.just("cure")),
        refusal.kind,
        names=("count",),
        fixed=("argument", "wanted", "cure"),
    ),
    "refusal.choice": Case(
        takes(argument=st.just("count"), value=st.just("a"), options=st.just(["a", "b"]), cure=st.just("cure")),
        refusal.choice,
        names=("count",),
        fixed=("argument", "options", "cure"),
    ),
    "refusal.number": Case(
        takes(argument=st.just("count"), value=few), refusal.number, names=("count",), fixed=("argument",)
    ),
    "refusal.function": Case(
        takes(argument=st.just("count"), value=st.just(len)),
        refusal.function,
        lambda g, found: callable(found),
        names=("count",),
        fixed=("argument",),
    ),
    "refusal.several": Case(
        takes(argument=st.just("count"), value=st.one_of(lengths, int_arrays, st.just(range(3)))),
        refusal.several,
        lambda g, found: near(found, [*g["value"]]) if isinstance(g["value"], range) else None,
        names=("count",),
        fixed=("argument",),
    ),
    "refusal.random_seed": Case(
        takes(argument=st.just("count"), value=few), refusal.random_seed, names=("count",), fixed=("argument",)
    ),
    "refusal.numbers": Case(
        takes(argument=st.just("count"), value=int_arrays, shape=st.just((None,)), finite=st.booleans()),
        refusal.numbers,
        lambda g, found: near(found, g["value"]) if np.isfinite(found).all() else None,
        names=("count",),
        share=3,
        fixed=("argument", "shape", "finite"),
    ),
    "refusal.flags": Case(
        takes(argument=st.just("count"), value=int_arrays.map(lambda n: n > 2), shape=st.just((None,))),
        refusal.flags,
        lambda g, found: near(found, g["value"]),
        names=("count",),
        share=3,
        fixed=("argument", "shape"),
    ),
    "refusal.array": Case(
        takes(argument=st.just("count"), value=lengths), refusal.array, names=("count",), fixed=("argument",)
    ),
}
