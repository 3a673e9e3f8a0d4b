"""What a lesson ran on, so that a reader can compare: versions, commit, seed, largest differences."""

import numbers
import os
import platform
import subprocess
import sys
from importlib import metadata
from pathlib import Path

from .refusal import array, refusal, short

PACKAGES = ("lstm_demo", "numpy", "torch", "matplotlib", "ipywidgets", "jupyterlab")
ROOT = Path(__file__).resolve().parents[1]


def stamp(seed=None, **differences):
    """Print versions, machine, commit, seed, and the largest differences that the lesson's assertions saw.

    >>> stamp(seed=0, numpy_against_torch=2e-16)  # doctest: +ELLIPSIS
    Python ...
    ...
    commit ...
    seed 0
    largest differences: numpy against torch 2e-16
    """
    for name, value in differences.items():
        _check_seen(name, value)
    print(machine())
    print("no seed: nothing here is drawn at random" if seed is None else f"seed {seed}")
    if differences:
        said = ", ".join(f"{name.replace('_', ' ')} {value:.1g}" for name, value in differences.items())
        print(f"largest differences: {said}")


def machine():
    """Three lines: versions; processor, cores, and what torch makes of them where it is loaded; the commit."""
    return f"{_versions()}\n{_processor()}\ncommit {_commit()}"


def _check_seen(name, value):
    """Refuse what is no number. An array or a tensor without axes is one."""
    if isinstance(value, numbers.Real) and not isinstance(value, bool):
        return
    one = array(name, value)
    if one.ndim or one.dtype.kind not in "fiu":
        raise refusal(name, "a number", short(value), "give a difference that was seen")


def _versions():
    return ", ".join([f"Python {platform.python_version()}", *map(_version, PACKAGES)])


def _processor():
    name = platform.processor() or platform.machine()
    if (told := Path("/proc/cpuinfo")).exists():  # on Linux `platform` knows no more than x86_64
        models = [line.partition(":")[2].strip() for line in told.read_text().splitlines() if "model name" in line]
        name = models[0] if models else name
    said = f"{platform.system()}, {name}, {os.cpu_count()} cores"
    if (torch := sys.modules.get("torch")) is None:
        return said
    kernels = torch.backends.cpu.get_cpu_capability()
    return f"{said}, torch on {torch.get_num_threads()} threads with kernels for {kernels}"


def _version(package):
    try:
        return f"{package} {metadata.version(package)}"
    except metadata.PackageNotFoundError:
        return f"{package} not installed"


def _commit(root=ROOT):
    """The commit of this clone, and whether files differ from it; 'unknown' where the package lies in none."""
    if not (root / ".git").exists():  # an installed package may lie inside of somebody else's repository
        return "unknown: not run from a clone"
    words = ["git", "-C", str(root), "describe", "--always", "--exclude=*", "--abbrev=12", "--dirty= with changes"]
    try:
        told = subprocess.run(words, capture_output=True, text=True, encoding="utf-8", timeout=20)
    except (OSError, subprocess.TimeoutExpired):
        return "unknown: git is not at hand"
    return told.stdout.strip() or f"unknown: {told.stderr.strip()}"
