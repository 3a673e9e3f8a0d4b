"""Laws of what is kept: weights in a file, the stamp of what ran, and the loop that trains."""

import doctest
import gc
import io
import pickle
import platform
import re
import subprocess
import sys
from importlib import metadata

import numpy as np
import pytest
import torch
from lessons import git
from problems import refused

from lstm_demo import keep, work
from lstm_demo.keep import fit, light, load, save, stamp

# --- weights in a file -----------------------------------------------------------------------------------------------


def made(seed=0):
    torch.manual_seed(seed)
    return torch.nn.Linear(3, 2)


def bits(module):
    return {name: value.numpy().tobytes() for name, value in module.state_dict().items()}


@pytest.fixture
def path(tmp_path):
    save(made(), tmp_path / "net")
    return tmp_path / "net"


def test_the_same_bits_come_back_into_the_same_place_from_a_file_of_that_very_name(tmp_path):
    module, other = (torch.nn.Sequential(torch.nn.LSTM(3, 2), torch.nn.BatchNorm1d(2)).double() for _ in range(2))
    place = [value.data_ptr() for value in other.state_dict().values()]
    save(module, tmp_path / "weights")
    assert load(other, str(tmp_path / "weights")) is other
    assert bits(other) == bits(module)
    assert [value.data_ptr() for value in other.state_dict().values()] == place


@pytest.mark.parametrize("step", ["numpy.savez", "os.replace"])
def test_a_save_that_is_stopped_leaves_what_was_there_and_no_litter(path, monkeypatch, step):
    def stop(*_, **__):
        raise KeyboardInterrupt

    old = path.read_bytes()
    monkeypatch.setattr(step, stop)
    with pytest.raises(KeyboardInterrupt):
        save(made(1), path)
    assert [file.read_bytes() for file in path.parent.iterdir()] == [old]


class Bomb:  # unpickled, it ends the program
    def __reduce__(self):
        return sys.exit, ("exploded",)


def file_of(**changed):
    """The bytes of a file of the weights of `made`, some of them changed or added."""
    file = io.BytesIO()
    np.savez(file, **{name: value.numpy() for name, value in made().state_dict().items()} | changed)
    return file.getvalue()


FILE, LINEAR, BIAS = "an .npz file of weights", "the weights of a Linear", "bias of (2,) float32"
REFUSED = {
    "cut short": (file_of()[:-1], FILE, ": "),
    "a pickle": (pickle.dumps(Bomb()), FILE, ": no arrays of plain numbers"),
    "a pickle inside": (file_of(bias=np.array([Bomb(), Bomb()])), FILE, ": no arrays of plain numbers"),
    "of another module": (file_of(more=np.zeros(2)), LINEAR, ", which differs in ['more']"),
    "of a part": (file_of().replace(b"bias", b"bits"), LINEAR, ", which differs in ['bias', 'bits']"),
    "wider": (file_of(bias=np.zeros(2)), BIAS, " with bias of (2,) float64"),
    "longer": (file_of(bias=np.zeros(3, "f4")), BIAS, " with bias of (3,) float32"),
    "not a number": (file_of(bias=np.array([0, np.nan], "f4")), "finite bias", " with NaN or infinity in it"),
    "infinite": (file_of(bias=np.array([0, -np.inf], "f4")), "finite bias", " with NaN or infinity in it"),
}


@pytest.mark.parametrize(("content", "expected", "got"), REFUSED.values(), ids=REFUSED)
def test_a_file_that_is_not_of_these_weights_is_refused_by_name_and_nothing_in_it_is_run_or_loaded(
    path, content, expected, got, recwarn
):
    path.write_bytes(content)
    module = made(1)
    before = bits(module)
    said = re.escape(f"path: expected {expected}, got {path}{got}")
    with pytest.raises(ValueError, match=f"^{said}.*; .*train"):
        load(module, path)
    assert bits(module) == before
    gc.collect()
    assert [one for one in recwarn if str(path) in str(one.message)] == []  # of a file that was left open


def test_a_missing_file_is_missing_and_what_is_no_module_or_no_name_is_named(path):
    with pytest.raises(FileNotFoundError, match="no-such-file"):
        load(made(), path.with_name("no-such-file"))
    for door in (save, load):
        refused("module: expected a Module, got a str; give the net itself", lambda door=door: door(str(path), made()))
        for odd in ("", 3):
            said = f"path: expected the name of a file, got {odd!r}; give a str or a Path"
            refused(said, lambda door=door, odd=odd: door(made(), odd))


# --- the stamp -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("room", [keep, work])
def test_the_examples_of_docstrings_come_out_as_written(room):
    found = doctest.testmod(room)
    assert found.attempted > found.failed == 0


def test_a_stamp_tells_versions_the_commit_and_whether_files_differ_from_it(capsys, monkeypatch):
    monkeypatch.setattr(keep, "PACKAGES", (*keep.PACKAGES, "no-such-package"))
    stamp()
    versions, _, commit, seed = capsys.readouterr().out.splitlines()
    assert versions.startswith(f"Python {platform.python_version()}, lstm_demo {metadata.version('lstm_demo')}, numpy ")
    assert versions.endswith(", no-such-package not installed")
    assert seed == "no seed: nothing here is drawn at random"
    if head := git("rev-parse", "HEAD"):
        changed = " with changes" if git("status", "--porcelain", "--untracked-files=no") else ""
        assert commit == f"commit {head[:12]}{changed}"
    assert keep._commit(keep.ROOT / "tests") == "unknown: not run from a clone"  # nor inside of another's
    monkeypatch.setenv("PATH", "")
    assert keep._commit() == "unknown: git is not at hand"


# --- the loop --------------------------------------------------------------------------------------------------------

X = torch.randn(20, 3, generator=torch.Generator().manual_seed(0))


def trained(optimizer):
    """Weights and losses of seven steps of the plain loop."""
    net, losses = made(), []
    optimizer = optimizer(net.parameters(), lr=0.05)
    for _ in range(7):
        loss = net(X[torch.randint(20, (50,))]).square().mean()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return bits(net), losses


def test_a_light_optimizer_takes_the_same_steps_to_the_last_bit_and_its_class_is_left_alone():
    plain = torch.optim.AdamW
    theirs, before = trained(plain), vars(plain).copy()
    assert trained(light(plain)) == theirs
    assert vars(plain) == before


LOADS = """
import sys, torch
from lstm_demo.keep import fit
net = torch.nn.Linear(2, 1)
fit([net], lambda chosen: net(torch.ones(len(chosen), 2)).mean(), 9, steps=2)
print("torch._dynamo" in sys.modules)
"""


def test_training_imports_no_compiler():
    told = subprocess.run([sys.executable, "-c", LOADS], capture_output=True, text=True, check=True)
    assert told.stdout.strip() == "False"


def test_fit_takes_the_steps_of_the_plain_loop_and_the_stop_button_leaves_what_was_learnt():
    weights, losses = trained(torch.optim.Adam)
    net, batches = made(), []

    def loss_of(chosen):
        batches.append(chosen)
        if len(batches) == 10:
            raise KeyboardInterrupt  # as the button does in the kernel
        return net(X[chosen]).square().mean()

    assert fit([net], loss_of, 20, steps=7, rate=0.05) == losses
    assert bits(net) == weights
    with pytest.raises(KeyboardInterrupt):
        fit([net], loss_of, 20, steps=7)
    assert bits(net) != weights
