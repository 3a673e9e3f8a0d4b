"""What the tests share: random problems with everything in them that goes wrong, and how their answers are compared."""

import re
from typing import NamedTuple

import numpy as np
import pytest
import torch
from hypothesis import strategies as st

import lstm_demo as ld
from lstm_demo.torch_lstm import StatelessLSTM, load_params

POISONS = (np.nan, np.inf, -np.inf, 1e300)
# How near is equal: what a value, and what a gradient, may be off, in parts of the largest entry.
VALUES = {torch.float32: 1e-6, torch.float64: 1e-12, torch.bfloat16: 0.03}
GRADS = {torch.float32: 5e-5, torch.float64: 1e-12}


class Problem(NamedTuple):
    """All that a run and its gradients are given."""

    params: ld.Params
    x: np.ndarray  # (B, T, D)
    mask: np.ndarray  # (B, T) with holes
    resets: np.ndarray  # (B, T) anywhere, on masked steps too
    state: ld.State  # (B, H) carried in
    dh: np.ndarray  # (B, T, H) arriving on masked steps too
    dstate: ld.State  # (B, H) through the final state
    left_out: frozenset = frozenset()  # which of mask, resets, state and dstate are as if they were not given

    @property
    def flags(self):
        """mask, resets and state, but for those that are left out."""
        return {name: getattr(self, name) for name in ("mask", "resets", "state") if name not in self.left_out}

    def window(self, span):
        return self._replace(**{name: getattr(self, name)[:, span] for name in ("x", "mask", "resets", "dh")})


def problem(seed=0, lanes=3, steps=8, features=2, units=3, left_out=frozenset()):
    rng = np.random.default_rng(seed)
    params = ld.Params(*(rng.normal(size=s) for s in ((4 * units, features), (4 * units, units), (4 * units,))))
    state, dstate = (ld.State(*rng.normal(size=(2, lanes, units))) for _ in range(2))
    x, dh = rng.normal(size=(lanes, steps, features)), rng.normal(size=(lanes, steps, units))
    mask, resets = rng.random((lanes, steps)) < 0.6, rng.random((lanes, steps)) < 0.25
    zeros = ld.State(*np.zeros((2, lanes, units)))
    default = {"mask": np.full_like(mask, True), "resets": np.full_like(mask, False), "state": zeros, "dstate": zeros}
    whole = Problem(params, x, mask, resets, state, dh, dstate, left_out)
    return whole._replace(**{name: default[name] for name in left_out})


sizes = st.fixed_dictionaries(
    {
        "seed": st.integers(0, 999),
        "lanes": st.integers(1, 5),
        "steps": st.integers(1, 9),
        "features": st.integers(1, 4),
        "units": st.integers(1, 5),
        "left_out": st.frozensets(st.sampled_from(["mask", "resets", "state", "dstate"])),
    }
)


def net_for(p, kind=StatelessLSTM, dtype=torch.float64):
    """A net with the weights of a problem."""
    net = kind(p.x.shape[2], p.dh.shape[2]).to(dtype)
    load_params(net.lstm, p.params)
    return net


def tensors(p, dtype=torch.float64):
    """x, h and c of a problem as leaves, over its own memory where they are double; and its flags as keywords."""
    leaves = [torch.as_tensor(a, dtype=dtype).requires_grad_() for a in (p.x, *p.state)]
    every = {"mask": torch.from_numpy(p.mask), "resets": torch.from_numpy(p.resets), "state": ld.State(*leaves[1:])}
    return leaves, {name: every[name] for name in p.flags}


def drawn(*shape, seed=0, dtype=torch.float64):
    """A leaf of random numbers, the same for each seed."""
    values = torch.randn(*shape, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)
    return values.to(dtype).requires_grad_()


def alone(lstm, series, state=None):
    """The judge: plain torch, one series at a time; outputs, and the last State shaped as nn.LSTM has it, or (N, H)."""
    parts = [part.view(-1, *part.shape[-2:]) for part in state or ()]
    results = [lstm(one, tuple(part[:, k] for part in parts) or None) for k, one in enumerate(series)]
    return [out for out, _ in results], one_layer(torch.stack([end[k] for _, end in results], 1) for k in (0, 1))


def one_layer(ends):
    return ld.State(*(end[0] if len(end) == 1 else end for end in ends))


def flat(value):
    """Every array or tensor in nested dicts, tuples and lists, in order; None is left out."""
    if isinstance(value, dict | tuple | list):
        return [one for part in (value.values() if isinstance(value, dict) else value) for one in flat(part)]
    return [] if value is None else [value]


def bits(value):
    """All that there is to know of each array or tensor: two are the same to the last bit if this is equal."""
    arrays = [np.asarray(one.detach() if isinstance(one, torch.Tensor) else one) for one in flat(value)]
    return [(one.dtype, one.shape, one.tobytes()) for one in arrays]


def near(got, want, within=VALUES, least=1.0):
    """Each as the wanted one in shape and dtype, and no further off than a part of its largest entry, or of `least`."""
    for pair in zip(flat(got), flat(want), strict=True):
        a, b = map(torch.as_tensor, pair)
        assert (a.shape, a.dtype) == (b.shape, b.dtype)
        assert (a - b).abs().max() <= within[b.dtype] * b.abs().max().clamp(min=least)


def slopes(answer, leaves):
    """Gradients of a sum in which every number counts differently."""
    loss = sum((t * drawn(*t.shape, seed=7, dtype=t.dtype)).sum() for t in flat(answer))
    return torch.autograd.grad(loss, flat(leaves), retain_graph=True, materialize_grads=True)


def slopes_near(got, want, least=0.0):
    near(got, want, GRADS, least)


def refused(message, call):
    """The call raises ValueError with exactly this message: argument, expected, got, cure."""
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        call()
