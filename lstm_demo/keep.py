"""What lessons share beside pictures: weights in a file of numbers, the stamp of what ran, the loop that trains."""

import inspect
import os
import platform
import subprocess
import sys
from importlib import metadata
from pathlib import Path

import numpy as np

from .refusal import kind, refusal, short

PACKAGES = ("lstm_demo", "numpy", "torch", "matplotlib", "ipywidgets", "jupyterlab")
ROOT = Path(__file__).resolve().parents[1]
CURE = "make the module with the sizes that it was saved with, or train it again"


def save(module, path):
    """Write the state_dict of a module to an .npz file. A file that was there is replaced only once all is written."""
    path = _given(module, path)
    arrays = {name: value.cpu().numpy() for name, value in module.state_dict().items()}
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
    import torch

    arrays, wanted = _read(_given(module, path)), module.state_dict()
    if odd := sorted(set(arrays) ^ set(wanted)):
        got = f"{path}, which differs in {short(odd)}"
        raise refusal("path", f"the weights of a {type(module).__name__}", got, CURE)
    for name, value in wanted.items():
        got, want = (f"{name} of {one.shape} {one.dtype}" for one in (arrays[name], value.cpu().numpy()))
        if got != want:
            raise refusal("path", want, f"{path} with {got}", CURE)
        if not np.isfinite(arrays[name]).all():
            raise refusal("path", f"finite {name}", f"{path} with NaN or infinity in it", "train again")
    module.load_state_dict({name: torch.from_numpy(array) for name, array in arrays.items()})
    return module


def _given(module, path):
    """The path as a Path, if both are what they should be."""
    import torch  # late, as a stamp is told without it too

    kind("module", module, torch.nn.Module, "give the net itself")
    if not isinstance(path, str | Path) or not Path(path).name:  # open(3) would close a file of somebody else
        raise refusal("path", "the name of a file", short(path), "give a str or a Path")
    return Path(path)


def _read(path):
    try:
        # opened here, because np.load leaves a damaged .npz open
        with open(path, "rb") as source, np.load(source, allow_pickle=False) as file:
            return {name: np.asarray(file[name]) for name in file.files}  # bytes, where a text lies in the .npz
    except FileNotFoundError:
        raise
    except Exception as error:  # damage makes zipfile and NumPy raise a dozen kinds, MemoryError among them
        pickled = "allow_pickle" in str(error)  # NumPy would advise to run it
        got = f"{path}: {'no arrays of plain numbers' if pickled else error}"
        raise refusal("path", "an .npz file of weights", got, "fetch it anew, or train again") from error


def stamp(seed=None, **differences):
    """Print versions, machine, commit, seed, and the largest differences that the lesson's assertions saw.

    >>> stamp(seed=0, numpy_against_torch=2.34e-16, carried=0.0)  # doctest: +ELLIPSIS
    Python ...
    ...
    commit ...
    seed 0
    largest differences: numpy against torch 2e-16, carried 0
    """
    said = ", ".join(f"{name.replace('_', ' ')} {value:.1g}" for name, value in differences.items())
    print(machine())
    print("no seed: nothing here is drawn at random" if seed is None else f"seed {seed}")
    if said:
        print(f"largest differences: {said}")


def machine():
    """Three lines: versions; processor, cores, and what torch makes of them where it is loaded; the commit."""
    versions = ", ".join([f"Python {platform.python_version()}", *map(_version, PACKAGES)])
    return f"{versions}\n{_processor()}\ncommit {_commit()}"


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


def fit(modules, loss_of, count, *, steps, batch=50, rate=0.01):
    """Train the parameters of `modules` by Adam (D. Kingma, J. Ba, 2015), drawing from torch's generator.

    loss_of  a function of (batch,) indices into `count` examples, giving the loss of this batch
    steps    how many batches
    rate     learning rate

    Returns the losses, a list of `steps` floats.
    """
    import torch

    optimizer = light(torch.optim.Adam)([p for module in modules for p in module.parameters()], lr=rate)
    losses = []
    for _ in range(steps):
        loss = loss_of(torch.randint(count, (batch,)))
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return losses


def light(optimizer):
    """A class of torch.optim whose objects do the same to the last bit, and load no compiler.

    Some methods of an optimizer are wrapped for torch.compile. The wrappers import all of torch._dynamo when they are
    first called: 70 MB and a second of one core (torch 2.13), of which a plain loop uses nothing. Where none is
    wrapped nothing changes. Not for differentiable=True: steps are taken without a gradient of their own.
    """
    import torch

    own = {name: inspect.unwrap(getattr(optimizer, name)) for name in ("add_param_group", "zero_grad", "step")}
    return type(optimizer.__name__, (optimizer,), own | {"step": torch.no_grad()(own["step"])})
