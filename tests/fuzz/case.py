"""What a case is, and what several rooms give their functions."""

from typing import NamedTuple

import numpy as np
import torch
from hypothesis import strategies as st
from problems import problem

import lstm_demo as ld


def anything(_given, _result):
    """Where no cheap judge is at hand, that it came back is all that is asked."""


class Case(NamedTuple):
    """How to call a function, and how to judge what it says.

    good   strategy of a dict of arguments that it takes
    call   call(**arguments)
    judge  judge(arguments, answer): raises where the answer is wrong
    names  by which it may refuse, beside those of the arguments
    share  of the examples: less than 1 for what is slow
    never  whether it never raises
    fixed  arguments that are not spoilt: what a method is called on, or chosen by the judge
    """

    good: st.SearchStrategy
    call: object
    judge: object = anything
    names: tuple = ()
    share: float = 1.0
    never: bool = False
    fixed: tuple = ()


def takes(**strategies):
    return st.fixed_dictionaries(strategies)


def read(value):
    """What a caller meant by it, as plain numbers: by lists, and so not by the package's own reading."""
    if isinstance(value, torch.Tensor):
        value = (value.double() if value.is_floating_point() else value).detach().numpy()
    return np.array(value.tolist() if hasattr(value, "tolist") else value)


def near(got, want, tolerance=1e-9):
    got, want = (one + 0 if (one := read(value)).dtype == bool else one for value in (got, want))
    assert got.shape == want.shape
    assert np.abs(got - want).max(initial=0) <= tolerance * max(1, np.abs(want).max(initial=0))


few = st.integers(1, 4)
lengths = st.lists(st.integers(1, 5), min_size=1, max_size=4)
layouts = st.one_of(
    lengths.map(ld.pad_left), lengths.map(ld.pad_right), lengths.map(lambda n: ld.back_to_back(n, 1, 1))
)
problems = st.builds(problem, *(few for _ in range(5)))
keys = ("params", "x", "mask", "resets", "state")


def torch_run(params, x, mask=None, resets=None, state=None):
    """Hidden and cell states (B, T, H) by torch's own LSTM step, and the leaves whose gradients are wanted."""
    leaf = lambda a: torch.tensor(read(a).astype(float), requires_grad=True)  # noqa: E731
    params, x = ld.Params(*map(leaf, params)), read(x).astype(float)
    units = params.weight_hh.shape[1]
    mask = np.ones(x.shape[:2], bool) if mask is None else read(mask)
    resets = np.zeros(x.shape[:2], bool) if resets is None else read(resets)
    x = leaf(np.where(mask[..., None], x, 0))
    h, c = start = [leaf(s) for s in state] if state is not None else [leaf(np.zeros((len(x), units)))] * 2
    hs, cs = [], []
    for t in range(x.shape[1]):
        zero = torch.tensor(resets[:, t, None])
        h, c = torch.where(zero, 0.0, h), torch.where(zero, 0.0, c)
        new = torch._VF.lstm_cell(x[:, t], (h, c), params.weight_ih, params.weight_hh, params.bias, 0 * params.bias)
        real = torch.tensor(mask[:, t, None])
        h, c = torch.where(real, new[0], h), torch.where(real, new[1], c)
        hs.append(h), cs.append(c)
    return torch.stack(hs, 1), torch.stack(cs, 1), (params, x, start)


def sane(given):
    """Whether everything is small enough for two ways of adding to agree."""
    return all(np.abs(read(a).astype(float)).max(initial=0) < 1e3 for a in _leaves(given))


def _leaves(value):
    if isinstance(value, dict):
        value = [v for v in value.values() if v is not None]
    if isinstance(value, tuple | list) and not hasattr(value, "dtype") and any(hasattr(v, "dtype") for v in value):
        return [a for v in value for a in _leaves(v)]
    if isinstance(value, list) and value and isinstance(value[0], tuple):
        return [a for v in value for a in _leaves(v)]
    return [value]


def _copy(module):
    import copy

    return copy.deepcopy(module)


def _weights(module):
    return [p.tolist() for p in module.parameters()] if isinstance(module, torch.nn.Module) else None


def of_others(call, name, ours):
    """A call that calls its argument `name`: where that is none of ours, what it raises is its own error."""

    def tried(**given):
        try:
            return call(**given)
        except Exception as error:
            if isinstance(error, ValueError) or given[name] in ours or not callable(given[name]):
                raise
            return None

    return tried


def copied(call):
    """A call that trains: on a copy, as a change of the net is what it is for."""

    def of_a_copy(net, **given):
        return call(_copy(net), **given)

    return of_a_copy
