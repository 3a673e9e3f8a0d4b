"""What the fuzz knows of `rest`."""

import contextlib
import io
import math
import tempfile
from pathlib import Path

import torch
from hypothesis import strategies as st

from lstm_demo import checkpoint, stamp, tables, training

from .case import Case, _copy, _weights, few, takes


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
}
