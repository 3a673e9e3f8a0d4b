"""Who races: every way of `lstm_demo.ways`, the other libraries, and bare matrix products as the limit.

An entrant is a module with a function `build(name, ragged, params, **setting)` that returns its Passes.
"""

from collections.abc import Callable
from importlib import import_module
from typing import NamedTuple

import numpy as np

OURS, PACKED, ONE_BY_ONE, LIMIT = "back to back", "packed", "stateful one by one with reset", "limit"
# The libraries, with the Python modules that each needs.
PEERS = {
    "Keras on torch": ("keras", "torch"),
    "Keras on JAX": ("keras", "jax"),
    "Keras on TensorFlow": ("keras", "tensorflow"),
    "flax": ("flax", "jax"),
}
# What a reader would otherwise use: the best of these is the peer that ours is measured against.
USUAL = (*PEERS, PACKED, "right padding + gather", ONE_BY_ONE)


class Passes(NamedTuple):
    """One entrant on one set; everything is made anew from the list of series at each call, the batch included.

    forward   () -> the final hidden states (N, H), in the entrant's own kind of array, computed when it returns
    backward  () -> the same after the gradients of mean(h ** 2) by all weights; None where there are none to be had
    grads     () -> after backward: gradients of weight_ih (4H, D), weight_hh (4H, H), bias (4H,) as NumPy
    """

    forward: Callable
    backward: Callable | None
    grads: Callable


def module_of(name):
    """The module that runs this entrant. Imported late: nobody should carry another's library along."""
    return import_module(f"entrant_{name.split()[0].lower() if name in PEERS else 'torch'}")


def padded(series):
    """Series padded on the right (N, T, D) and their lengths (N,): in NumPy, without a loop over the series."""
    lengths = np.array([len(one) for one in series])
    grid = np.zeros((len(series), lengths.max(), series[0].shape[1]), np.float32)
    grid[np.arange(lengths.max()) < lengths[:, None]] = np.concatenate(series)
    return grid, lengths


def settings(name, longest):
    """The settings worth trying, the plainest first. Unrolling a loop over few steps doubles the speed of some."""
    if name == "flax":
        return [{"unroll": 1}, {"unroll": 4}]
    if name not in PEERS:
        return [{}]
    unrolled = [{"unroll": False}, {"unroll": True}] if longest <= 8 else [{"unroll": False}]
    jits = [{"jit_compile": True}, {"jit_compile": False}] if "tensorflow" in PEERS[name] else [{}]
    return [jit | unroll for jit in jits for unroll in unrolled]
