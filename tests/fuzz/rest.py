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

from .case import Case, _copy, _weights, few, lengths, near, read, takes
from .layout import int_arrays


def judge_gathered(given, found):
    rows, by, value = ([*given["rows"]], given["by"], given["value"])
    assert [*found] == list(dict.fromkeys((getattr(row, by),) for row in rows))
    for (key,), values in found.items():
        assert values.tolist() == [getattr(row, value) for row in rows if getattr(row, by) == key]


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
        path = Path(folder) / path if isinstance(path, str) and path and "\0" not in path else path
        try:
            checkpoint.save(module, path)
        except OSError:  # a name too long, a folder that is not there: the system's own words
            return module
        return checkpoint.load(_copy(module), path)


def judge_saved(given, module):
    assert _weights(module) == _weights(given["module"])


def load_there(module, path):
    with tempfile.TemporaryDirectory() as folder:
        there = torch.nn.Linear(1, 2)
        torch.nn.init.zeros_(there.weight), torch.nn.init.zeros_(there.bias)
        checkpoint.save(there, Path(folder) / "net.npz")
        path = Path(folder) / path if isinstance(path, str) and path and "\0" not in path else path
        with contextlib.suppress(OSError):
            return checkpoint.load(_copy(module) if isinstance(module, torch.nn.Module) else module, path)


def judge_read_back(given, module):
    """The file held a Linear(1, 2) of zeros: what is loaded is that, and no other module can be."""
    if module is not None:
        assert [(p.shape, p.any().item()) for p in module.parameters()] == [((2, 1), False), ((2,), False)]
        assert _weights(module) != _weights(given["module"])


def judge_whole(given, found):
    assert type(found) is int
    assert not isinstance(given["value"], bool | np.bool_ | float | np.floating)
    assert found == int(given["value"]) >= given.get("at_least", 0)


def judge_as_it_was(given, found):
    assert found is given["value"]


def judge_number(given, found):
    assert type(found) is float
    near(found, given["value"])
    assert 0 < found < math.inf


def judge_listed(given, found):
    assert type(found) is list
    assert len(found) == len(given["value"]) > 0
    assert all(np.array_equal(read(a), read(b)) for a, b in zip(found, given["value"], strict=True))


def judge_flag(given, found):
    assert type(found) is bool
    assert str(found) == str(given["value"])
    assert type(given["value"]) in (bool, np.bool_)


def judge_array(given, found):
    assert isinstance(found, np.ndarray)
    assert repr(found.tolist()) == repr(read(given["value"]).tolist())


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
    "checkpoint.load": Case(
        takes(module=st.just(torch.nn.Linear(1, 2)), path=st.just("net.npz")), load_there, judge_read_back
    ),
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
        judge_whole,
        names=("count",),
        fixed=("argument", "at_least"),
    ),
    "refusal.kind": Case(
        takes(argument=st.just("count"), value=few, wanted=st.just(int), cure=st.just("cure")),
        refusal.kind,
        judge_as_it_was,
        names=("count",),
        fixed=("argument", "wanted", "cure"),
    ),
    "refusal.choice": Case(
        takes(argument=st.just("count"), value=st.just("a"), options=st.just(["a", "b"]), cure=st.just("cure")),
        refusal.choice,
        judge_as_it_was,
        names=("count",),
        fixed=("argument", "options", "cure"),
    ),
    "refusal.number": Case(
        takes(argument=st.just("count"), value=few), refusal.number, judge_number, names=("count",), fixed=("argument",)
    ),
    "refusal.flag": Case(
        takes(argument=st.just("count"), value=st.sampled_from([True, np.bool_(False)]), cure=st.just("cure")),
        refusal.flag,
        judge_flag,
        names=("count",),
        share=2,
        fixed=("argument", "cure"),
    ),
    "refusal.function": Case(
        takes(argument=st.just("count"), value=st.just(len)),
        refusal.function,
        judge_as_it_was,
        names=("count",),
        fixed=("argument",),
    ),
    "refusal.several": Case(
        takes(argument=st.just("count"), value=st.one_of(lengths, int_arrays, st.just(range(3)))),
        refusal.several,
        judge_listed,
        names=("count",),
        fixed=("argument",),
    ),
    "refusal.random_seed": Case(
        takes(argument=st.just("count"), value=few),
        refusal.random_seed,
        judge_whole,
        names=("count",),
        fixed=("argument",),
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
        takes(argument=st.just("count"), value=lengths),
        refusal.array,
        judge_array,
        names=("count",),
        fixed=("argument",),
    ),
}
