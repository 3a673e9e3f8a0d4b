"""Weights in a file that holds numbers and nothing else: written whole or not at all, refused if one is damaged."""

import os
from pathlib import Path

import numpy as np
import torch

from .refusal import kind, refusal, short


def save(module, path):
    """Write the state_dict of a module to an .npz file. A file that was there is replaced only once all is written."""
    kind("module", module, torch.nn.Module, _CURE_MODULE)
    path = _path(path)
    arrays = {name: value.detach().cpu().numpy() for name, value in module.state_dict().items()}
    beside = path.with_name(f"{path.name}.{os.getpid()}.part")
    try:
        with open(beside, "wb") as out:
            np.savez(out, **arrays)
        os.replace(beside, path)
    except BaseException:
        beside.unlink(missing_ok=True)
        raise


def load(module, path):
    """Put the weights of a file into a module, in place, and return it; no code in the file is ever run.

    Raises ValueError by name where the file is damaged or was written for another module, FileNotFoundError where it
    is not there; the module is then as it was.
    """
    kind("module", module, torch.nn.Module, _CURE_MODULE)
    arrays, wanted = _read(_path(path)), module.state_dict()
    if set(arrays) != set(wanted):
        odd = sorted(set(arrays) ^ set(wanted))
        raise refusal(
            "path", f"the weights of a {type(module).__name__}", f"{_said(path)}, which differs in {short(odd)}", _CURE
        )
    for name, value in wanted.items():
        got, want = (f"{name} of {one.shape} {one.dtype}" for one in (arrays[name], value.detach().cpu().numpy()))
        if got != want:
            raise refusal("path", want, f"{_said(path)} with {got}", _CURE)
        if not np.isfinite(arrays[name]).all():
            raise refusal("path", f"finite {name}", f"{_said(path)} with NaN or infinity in it", "train again")
    module.load_state_dict({name: torch.from_numpy(array) for name, array in arrays.items()})
    return module


_CURE_MODULE = "give the net itself"
_CURE = "make the module with the sizes that it was saved with, or train it again"


def _path(path):
    name = os.fspath(path) if isinstance(path, str | os.PathLike) else None
    if not isinstance(name, str) or not name or "\0" in name:
        raise refusal("path", "the name of a file", short(path), "give a str or a Path")
    return Path(path)


def _said(path):
    """The path in full, unless it is longer than the name of a file can be."""
    return path if len(str(path)) < 256 else short(str(path))


def _read(path):
    try:
        # opened here, because np.load leaves a damaged .npz open
        with open(path, "rb") as source, np.load(source, allow_pickle=False) as file:
            return {name: np.asarray(file[name]) for name in file.files}  # bytes, where a text lies in the .npz
    except FileNotFoundError:
        raise
    except Exception as error:  # damage makes zipfile and NumPy raise a dozen kinds, MemoryError among them
        code = isinstance(error, ValueError) and "allow_pickle" in str(error)
        # NumPy would advise to run that code
        why = "no arrays of plain numbers" if code else getattr(error, "strerror", None) or error
        got, cure = f"{_said(path)}: {why}", "fetch it anew, or train again"
        raise refusal("path", "an .npz file of weights", got, cure) from error
