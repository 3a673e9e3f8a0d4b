"""What the tests share: random problems with everything in them that goes wrong, and how their answers are compared."""

import re
from typing import NamedTuple

import numpy as np
import pytest
import torch
from hypothesis import strategies as st

import lstm_demo as ld

POISONS = (np.nan, np.inf, -np.inf, 1e300)


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
lengths = st.lists(st.integers(1, 7), min_size=1, max_size=6)


def arrays(value):
    """Every array in nested tuples, in order."""
    return [a for part in value for a in arrays(part)] if isinstance(value, tuple) else [np.asarray(value)]


def same_bits(a, b):
    return all(p.dtype == q.dtype and p.tobytes() == q.tobytes() for p, q in zip(arrays(a), arrays(b), strict=True))


def assert_near(got, want, tolerance):
    """Each array within `tolerance` of the wanted one, relative to its largest entry, or to 1 if that is smaller."""
    for a, b in zip(arrays(got), arrays(want), strict=True):
        assert a.shape == b.shape
        assert np.abs(a - b).max(initial=0) <= tolerance * max(1, np.abs(b).max(initial=0))


def refused(message, call):
    """The call raises ValueError with exactly this message: argument, expected, got, cure."""
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        call()


# --- of torch --------------------------------------------------------------------------------------------------------

VALUES = {torch.float32: 1e-6, torch.float64: 1e-12, torch.bfloat16: 0.03}
GRADS = {torch.float32: 5e-5, torch.float64: 1e-12}


def drawn(*shape, seed=0, dtype=torch.float64):
    """A leaf of random numbers, the same for each seed."""
    values = torch.randn(*shape, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)
    return values.to(dtype).requires_grad_()


def flat(value):
    """Every tensor in nested tuples and lists, in order."""
    return [value] if isinstance(value, torch.Tensor) else [t for part in value if part is not None for t in flat(part)]


def plain(value):
    return tuple(tensor.detach().numpy() for tensor in flat(value))


def near(got, want):
    """Each tensor of the shape and the dtype of the wanted one, and within rounding of it."""
    for a, b in zip(flat(got), flat(want), strict=True):
        assert (a.shape, a.dtype) == (b.shape, b.dtype)
        assert (a - b).abs().max() <= VALUES[b.dtype] * b.abs().max().clamp(min=1)


def slopes(answer, leaves):
    """Gradients of a sum in which every number counts differently."""
    loss = sum((t * drawn(*t.shape, seed=7, dtype=t.dtype)).sum() for t in flat(answer))
    return torch.autograd.grad(loss, flat(leaves), retain_graph=True, materialize_grads=True)


def slopes_near(got, want, least=0.0):
    """Each gradient within rounding of the wanted one, relative to its largest entry, or to `least` if that is more."""
    for a, b in zip(got, want, strict=True):
        assert (a - b).abs().max() <= GRADS[b.dtype] * b.abs().max().clamp(min=least)
