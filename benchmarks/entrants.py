"""Who races: every way of `lstm_demo.ways`, the other libraries, and bare matrix products as the limit.

An entrant is a module with two functions. `settings(name, longest)` lists the settings worth trying, as keywords, the
plainest first. `build(name, ragged, params, **setting)` returns its Passes.
"""

from collections.abc import Callable
from importlib import import_module
from importlib.util import find_spec
from typing import NamedTuple

import numpy as np

OURS, PACKED, LIMIT = "back to back", "packed", "limit"
# The libraries, with the Python modules that each needs.
PEERS = {
    "Keras on torch": ("keras", "torch"),
    "Keras on JAX": ("keras", "jax"),
    "Keras on TensorFlow": ("keras", "tensorflow"),
    "flax": ("flax", "jax"),
}
# What a reader would otherwise use: the best of these is the peer that ours is measured against.
USUAL = (*PEERS, PACKED, "right padding + gather", "stateful one by one with reset")
# Steps up to which a library may unroll its loop. At 4 steps that halves the time of some; at 29 it was never quicker
# than the loop, and took half a minute to compile.
SHORT = 8


class Passes(NamedTuple):
    """One entrant on one set; everything is made anew from the list of series at each call, the batch included.

    forward   () -> the final hidden states (N, H), in the entrant's own kind of array, computed when it returns
    backward  () -> the same after the gradients of mean(h ** 2) by all weights; None where there are none to be had
    grads     () -> after backward: gradients of weight_ih (4H, D), weight_hh (4H, H), bias (4H,) as NumPy
    """

    forward: Callable
    backward: Callable | None
    grads: Callable


def missing(name):
    """The modules that this entrant needs and that are not here."""
    return [module for module in PEERS.get(name, ("torch",)) if find_spec(module) is None]


def module_of(name):
    """The module that runs this entrant. Imported late: nobody should carry another's library along."""
    kind = name.split()[0].lower() if name in PEERS else "torch"
    return import_module(f"entrant_{kind}")


def padded(series):
    """Series padded on the right (N, T, D) and their lengths (N,): in NumPy, without a loop over the series."""
    lengths = np.array([len(one) for one in series])
    grid = np.zeros((len(series), lengths.max(), series[0].shape[1]), np.float32)
    grid[np.arange(lengths.max()) < lengths[:, None]] = np.concatenate(series)
    return grid, lengths


def unrolled(longest):
    """Settings of a library that can unroll its loop over the steps."""
    return [{"unroll": False}, {"unroll": True}] if longest <= SHORT else [{"unroll": False}]
