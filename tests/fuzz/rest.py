"""What the fuzz knows of `rest`."""

import contextlib
import io
import math
import tempfile
from pathlib import Path

import torch
from hypothesis import strategies as st

from lstm_demo import keep, tables

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
            keep.save(module, path)
        except OSError:  # a name too long, a folder that is not there: the system's own words
            return module
        return keep.load(_copy(module), path)


def judge_saved(given, module):
    assert _weights(module) == _weights(given["module"])


@st.composite
def fit_given(draw):
    torch.manual_seed(0)
    net = torch.nn.Linear(1, 1)
    return {"count": draw(few), "steps": draw(few), "batch": draw(few), "rate": 0.01, "net": net}


def call_fit(net, **given):
    other = _copy(net)
    return keep.fit([other], lambda k: other(k[:, None].float()).square().mean(), **given)


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
    "keep.save": Case(takes(module=st.just(torch.nn.Linear(2, 1)), path=st.just("net.npz")), saved_there, judge_saved),
    "keep.fit": Case(fit_given(), call_fit, judge_fit, share=2, fixed=("net",)),
    "keep.stamp": Case(takes(seed=few, apart=st.just(1e-16)), quietly(keep.stamp), judge_stamp, share=0.5),
}
