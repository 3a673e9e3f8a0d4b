"""Laws of what is kept: weights in a file, the stamp, and the loop that trains without loading a compiler."""

import gc
import pickle
import platform
import re
import subprocess
import sys
from importlib import metadata

import numpy as np
import pytest
import torch
from torch import nn

from lstm_demo import keep
from lstm_demo.keep import light, load, save, stamp
from lstm_demo.lessons.real_names import NameNet

# --- weights in a file -----------------------------------------------------------------------------------------------


def made(seed=0):
    torch.manual_seed(seed)
    return nn.Linear(3, 2)


def bits(module):
    return {name: value.numpy().tobytes() for name, value in module.state_dict().items()}


@pytest.fixture
def path(tmp_path):
    save(made(), tmp_path / "net.npz")
    return tmp_path / "net.npz"


def refused(path, message, module=None):
    """The file is refused by name, and the module is as it was."""
    module = module or made(1)
    before = bits(module)
    with pytest.raises(ValueError, match=f"^path: expected .*{re.escape(str(path))}.*; ") as told:
        load(module, path)
    assert re.search(message, str(told.value))
    assert bits(module) == before


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
@pytest.mark.parametrize("make", [lambda: NameNet(5), lambda: nn.BatchNorm1d(3)])
def test_the_same_bits_come_back_into_the_same_place_and_share_no_memory(tmp_path, make, dtype):
    module, other, third = (make().to(dtype) for _ in range(3))
    with torch.no_grad():
        [weight.normal_() for weight in module.parameters()]
    before, where = bits(module), [value.data_ptr() for value in other.state_dict().values()]
    save(module, tmp_path / "weights")  # the name of the file is kept
    assert load(other, tmp_path / "weights") is other
    assert bits(load(third, str(tmp_path / "weights"))) == bits(other) == before
    assert [value.data_ptr() for value in other.state_dict().values()] == where
    with torch.no_grad():
        [weight.add_(1) for weight in third.parameters()]
    assert bits(other) == bits(module) == before


@pytest.mark.parametrize("error", [OSError("no space left"), KeyboardInterrupt()])
@pytest.mark.parametrize("broken", ["savez", "replace"])
def test_a_save_that_fails_leaves_what_was_there_and_no_litter(path, monkeypatch, error, broken):
    old = path.read_bytes()

    def fail(new, *_, **__):
        if broken == "savez":
            new.write(b"half")
        else:  # a move within a file system is all or nothing
            assert (new.parent, len(new.read_bytes())) == (path.parent, len(old))
        raise error

    monkeypatch.setattr(*{"savez": (keep.np, "savez"), "replace": (keep.os, "replace")}[broken], fail)
    with pytest.raises(type(error)):
        save(made(1), path)
    assert [file.read_bytes() for file in path.parent.iterdir()] == [old]


def test_every_cut_is_refused_and_every_flipped_byte_is_refused_or_harmless(path):
    """Harmless are bytes that hold no number: dates, sizes that stand there twice, permissions."""
    whole, before, good, harmless = path.read_bytes(), bits(made(1)), bits(made()), 0
    cuts = [whole[:k] for k in range(len(whole))]
    flipped = [whole[:k] + bytes([whole[k] ^ 0xFF]) + whole[k + 1 :] for k in range(len(whole))]
    module = made(1)
    for content in [b"weights", *cuts, *flipped]:
        path.write_bytes(content)
        try:
            load(module, path)
        except ValueError as error:
            assert str(path) in str(error)  # noqa: PT017
            assert bits(module) == before
        else:
            assert (len(content), bits(module)) == (len(whole), good)
            module, harmless = made(1), harmless + 1
    assert harmless < len(whole) / 2  # of so small a file; a record has 76 of them, whatever it holds


@pytest.mark.filterwarnings("error::ResourceWarning", "error::pytest.PytestUnraisableExceptionWarning")
def test_a_damaged_file_is_not_left_open_and_a_folder_is_none_and_a_missing_file_is_missing(path):
    path.write_bytes(path.read_bytes()[:-1])
    refused(path, "an .npz file of weights")
    gc.collect()
    refused(path.parent, "an .npz file of weights")
    path.unlink()
    with pytest.raises(FileNotFoundError, match=re.escape(str(path))):
        load(made(), path)


class Bomb:
    """Unpickled, it ends the program."""

    def __reduce__(self):
        return sys.exit, ("exploded",)


def holding(**changed):
    return {name: value.numpy() for name, value in made().state_dict().items()} | changed


def test_nothing_in_a_file_is_ever_run(path):
    path.write_bytes(pickle.dumps(Bomb()))
    refused(path, "no arrays of plain numbers")
    np.savez(path, **holding(bias=np.array([Bomb(), Bomb()], dtype=object)))
    refused(path, "no arrays of plain numbers")
    with pytest.raises(SystemExit, match="exploded"):
        pickle.loads(pickle.dumps(Bomb()))


def test_weights_of_another_module_are_refused_by_name(path):
    refused(path, r"weights of a BatchNorm1d, .* differs in \['num_batches", nn.BatchNorm1d(2))
    refused(path, r"weights of a Linear, .* differs in \['bias'\]", nn.Linear(3, 2, bias=False))
    refused(path, r"expected weight of \(2, 3\) float64, .* with weight of \(2, 3\) float32", made(1).double())
    np.savez(path, weight=holding()["weight"])
    refused(path, r"weights of a Linear, .* differs in \['bias'\]")


OTHER, ODD = r"expected bias of \(2,\) float32, ", "finite bias, .*NaN or infinity.*; train again"


@pytest.mark.parametrize(
    ("values", "dtype", "message"),
    [
        *(([0, 0], dtype, OTHER) for dtype in (">f4", "<f8", "<i4")),
        ([0, 0, 0], "<f4", OTHER),
        *(([0, odd], "<f4", ODD) for odd in (np.nan, -np.inf)),
    ],
)
def test_weights_of_another_dtype_or_shape_or_not_finite_are_refused_and_none_is_loaded(path, values, dtype, message):
    np.savez(path, **holding(bias=np.array(values, dtype)))
    refused(path, message)


# --- the stamp -------------------------------------------------------------------------------------------------------


def test_a_stamp_tells_versions_seed_and_differences(capsys, monkeypatch):
    monkeypatch.setattr(keep, "PACKAGES", (*keep.PACKAGES, "no-such-package"))
    stamp(seed=0, numpy_against_torch=2.34e-16, carried=0.0)
    told = capsys.readouterr().out
    assert f"Python {platform.python_version()}, lstm_demo {metadata.version('lstm_demo')}, numpy" in told
    assert f"torch {metadata.version('torch')}" in told
    assert "no-such-package not installed" in told
    assert "\ncommit " in told
    assert told.endswith("seed 0\nlargest differences: numpy against torch 2e-16, carried 0\n")
    stamp()
    assert capsys.readouterr().out.endswith("\nno seed: nothing here is drawn at random\n")


def test_a_stamp_tells_the_commit_and_whether_files_differ_from_it_or_that_git_tells_nothing(tmp_path, monkeypatch):
    def git(*words):
        own = ["-c", "user.name=n", "-c", "user.email=e@x", "-c", "commit.gpgsign=false"]
        return subprocess.run(["git", "-C", tmp_path, *own, *words], capture_output=True, text=True, check=True).stdout

    file, inside = tmp_path / "file", tmp_path / "site-packages"  # an installed package in somebody else's clone
    file.write_text("as committed")
    inside.mkdir()
    git("init", "-q")
    git("add", "file")
    git("commit", "-qm", "One")
    git("tag", "-a", "v1", "-m", "a tag is not what a reader is asked for")
    commit = git("rev-parse", "HEAD")[:12]
    assert keep._commit(tmp_path) == commit
    file.write_text("as played with")
    assert keep._commit(tmp_path) == f"{commit} with changes"
    assert keep._commit(inside) == "unknown: not run from a clone"
    (inside / ".git").write_text("gitdir: nowhere")
    assert keep._commit(inside).startswith("unknown: ")
    monkeypatch.setenv("PATH", str(inside))
    assert keep._commit(tmp_path) == "unknown: git is not at hand"


# --- the loop --------------------------------------------------------------------------------------------------------


def trained(optimizer, how, steps=7):
    """Weights and rates after each step, under a schedule."""
    torch.manual_seed(0)
    net, seen = nn.Linear(3, 2), []
    optimizer = optimizer(net.parameters(), lr=0.05, **how)
    plan = torch.optim.lr_scheduler.OneCycleLR(optimizer, 0.1, total_steps=steps + 1)
    for _ in range(steps):
        optimizer.zero_grad()
        net(torch.randn(5, 3)).square().mean().backward()
        optimizer.step()
        plan.step()
        seen.append((bits(net), optimizer.param_groups[0]["lr"]))
    return seen


@pytest.mark.parametrize(("kind", "how"), [("AdamW", {"weight_decay": 0.1}), ("Adam", {}), ("SGD", {"momentum": 0.9})])
def test_a_light_optimizer_is_of_its_class_and_takes_the_same_steps_to_the_last_bit(kind, how):
    plain = getattr(torch.optim, kind)
    theirs, before = trained(plain, how), vars(plain).copy()
    assert trained(light(plain), how) == theirs
    assert issubclass(light(plain), plain)
    assert vars(plain) == before


LOADS = """
import sys
import torch
from lstm_demo.keep import fit
from lstm_demo.lessons.real_names.net import NameNet, train
from lstm_demo.lessons.real_names.stream import NameStream, train_stream
torch.manual_seed(0)
one = torch.nn.Linear(2, 1)
fit([one], lambda k: one(torch.ones(len(k), 2)).square().mean(), 9, steps=2)
names = [torch.arange(1, 9)] * 20
train(NameNet(2), names, torch.zeros(20, dtype=int), passes=1)
train_stream(NameStream(2), [name.numpy() for name in names] * 20, passes=1, reset=True, together=1)
print("torch._dynamo" in sys.modules)
"""


def test_training_imports_no_compiler():
    told = subprocess.run([sys.executable, "-c", LOADS], capture_output=True, text=True, check=True)
    assert told.stdout.strip() == "False"


NET = nn.Linear(1, 1)


@pytest.mark.parametrize("given", [(None, "net.npz"), ("net", "net.npz"), (NET, ""), (NET, 3)])
@pytest.mark.parametrize("door", [save, load])
def test_a_door_names_what_is_not_a_module_or_no_name_of_a_file(door, given):
    with pytest.raises(ValueError, match=f"^{'path' if given[0] is NET else 'module'}: expected .*; give"):
        door(*given)
