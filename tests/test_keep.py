"""Laws of what is kept: weights in a file, the stamp, and the loop that trains without loading a compiler."""

import gc
import io
import pickle
import platform
import re
import subprocess
import sys
import zipfile
from copy import deepcopy
from importlib import metadata
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import nn

from lstm_demo import keep
from lstm_demo.keep import light, load, save, stamp
from lstm_demo.lessons.real_names import NameNet, NameStream

# --- weights in a file -----------------------------------------------------------------------------------------------


def made(seed=0, out=2):
    torch.manual_seed(seed)
    return nn.Linear(3, out)


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
@pytest.mark.parametrize("make", [lambda: NameNet(5), lambda: NameStream(4), lambda: nn.BatchNorm1d(3), made])
def test_the_same_bits_come_back(tmp_path, make, dtype):
    module, other = make().to(dtype), make().to(dtype)
    with torch.no_grad():
        for weight in module.parameters():
            weight.copy_(torch.randn_like(weight) * 1e-3)
    before, where = bits(module), other.state_dict()
    assert bits(other) != before
    save(module, tmp_path / "net.npz")
    assert load(other, tmp_path / "net.npz") is other
    assert bits(other) == bits(module) == before
    assert {k: v.data_ptr() for k, v in other.state_dict().items()} == {k: v.data_ptr() for k, v in where.items()}


def test_what_is_loaded_shares_no_memory_with_anything_and_trains(path):
    first, second = load(made(1), path), load(made(2), str(path))
    first(torch.ones(1, 3)).sum().backward()
    torch.optim.SGD(first.parameters(), lr=1.0).step()
    assert bits(first) != bits(second) == bits(made())


def test_the_same_weights_are_the_same_bytes_and_numbers_alone(tmp_path, path):
    save(made(), tmp_path / "again.npz")
    assert path.read_bytes() == (tmp_path / "again.npz").read_bytes()
    with np.load(path, allow_pickle=False) as file:
        assert {name: (file[name].shape, file[name].dtype.str) for name in file.files} == {
            "weight": ((2, 3), "<f4"),
            "bias": ((2,), "<f4"),
        }


def test_the_name_of_the_file_is_kept_and_others_may_read_it(tmp_path):
    save(made(), tmp_path / "weights")
    (tmp_path / "plain").touch()
    assert sorted(file.name for file in tmp_path.iterdir()) == ["plain", "weights"]
    assert (tmp_path / "weights").stat().st_mode == (tmp_path / "plain").stat().st_mode
    load(made(1), tmp_path / "weights")


@pytest.mark.parametrize("error", [OSError("no space left"), KeyboardInterrupt()])
@pytest.mark.parametrize("broken", ["savez", "replace"])
@pytest.mark.parametrize("there", [True, False])
def test_a_save_that_fails_leaves_what_was_there_and_no_litter(path, monkeypatch, error, broken, there):
    old = path.read_bytes()
    if not there:
        path.unlink()

    def fail(out, *_, **__):
        if broken == "savez":
            out.write(b"half")
        raise error

    monkeypatch.setattr(*{"savez": (keep.np, "savez"), "replace": (keep.os, "replace")}[broken], fail)
    with pytest.raises(type(error)):
        save(made(1), path)
    assert [file.read_bytes() for file in path.parent.iterdir()] == [old] * there


def test_while_it_is_being_written_the_old_file_is_whole(path, monkeypatch):
    old, seen, savez = path.read_bytes(), [], np.savez

    def watched(out, **arrays):
        savez(out, **arrays)
        seen.append(path.read_bytes())

    monkeypatch.setattr(keep.np, "savez", watched)
    save(made(1), path)
    assert seen == [old] != [path.read_bytes()]
    assert list(path.parent.iterdir()) == [path]


def test_a_folder_that_is_not_there_is_named(tmp_path):
    with pytest.raises(FileNotFoundError, match="nowhere"):
        save(made(), tmp_path / "nowhere" / "net.npz")


def test_a_missing_file_is_missing_and_not_damaged(tmp_path):
    with pytest.raises(FileNotFoundError, match=re.escape(str(tmp_path / "net.npz"))):
        load(made(), tmp_path / "net.npz")


def test_weights_of_another_module_are_refused_by_name(path):
    refused(path, r"weights of a Conv1d, .* differs in \['missing'\]", odd_conv())
    refused(path, r"weights of a Linear, .* differs in \['bias'\]", nn.Linear(3, 2, bias=False))
    refused(path, r"weights of a NameNet, .* differs in \['bias', 'following.bias', ", NameNet(2))
    refused(path, r"expected weight of \(4, 3\) float32, .* with weight of \(2, 3\) float32", made(1, out=4))
    refused(path, r"expected weight of \(2, 3\) float64, .* with weight of \(2, 3\) float32", made(1).double())


def odd_conv():
    """Weights of the same shapes and names, and one more."""
    conv = nn.Conv1d(1, 1, 1)
    conv.weight, conv.bias = (nn.Parameter(torch.zeros(shape)) for shape in ((2, 3), (2,)))
    conv.missing = nn.Parameter(torch.zeros(1))
    return conv


def test_every_cut_is_refused_and_every_flipped_byte_is_refused_or_harmless(path):
    """Harmless are bytes that hold no number: dates, sizes that stand there twice, permissions."""
    whole, before, good, harmless = path.read_bytes(), bits(made(1)), bits(made()), 0
    module = made(1)
    for content in [whole[:k] for k in range(len(whole))] + [flipped(whole, k) for k in range(len(whole))]:
        path.write_bytes(content)
        try:
            load(module, path)
        except ValueError as error:
            assert str(path) in str(error)  # noqa: PT017
            assert bits(module) == before
        else:
            assert len(content) == len(whole)
            assert bits(module) == good
            module, harmless = made(1), harmless + 1
    assert harmless < len(whole) / 2  # of so small a file; a record has 76 of them, whatever it holds


def flipped(content, k, by=0xFF):
    return content[:k] + bytes([content[k] ^ by]) + content[k + 1 :]


@pytest.mark.parametrize("bit", range(8))
def test_one_wrong_bit_in_a_number_is_refused(path, bit):
    content = path.read_bytes()
    at = content.index(made().weight.detach().numpy().tobytes())
    for k in range(at, at + 24):
        path.write_bytes(flipped(content, k, 1 << bit))
        refused(path, "an .npz file of weights")


class Bomb:
    """Unpickled, it leaves a trace."""

    def __reduce__(self):
        return Path.touch, (Path("exploded"),)


def of_objects(kind):
    """A file that would run code, were it unpickled: bytes."""
    out = io.BytesIO()
    if kind == "pickle":
        pickle.dump(Bomb(), out)
    elif kind == "torch":
        torch.save(Bomb(), out)
    else:
        arrays = {name: value.numpy() for name, value in made().state_dict().items()}
        np.savez(out, **{**arrays, "bias": np.array([Bomb(), Bomb()], dtype=object)})
    return out.getvalue()


@pytest.mark.parametrize("kind", ["pickle", "torch", "object array"])
def test_nothing_in_a_file_is_ever_run(path, monkeypatch, kind):
    monkeypatch.chdir(path.parent)
    path.write_bytes(of_objects(kind))
    refused(path, "an .npz file|weights of a Linear")
    assert not Path("exploded").exists()
    pickle.loads(of_objects("pickle"))  # it does explode
    assert Path("exploded").exists()


def zipped(**members):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return out.getvalue()


def one_array():
    out = io.BytesIO()
    np.save(out, np.zeros((2, 3)))
    return out.getvalue()


@pytest.mark.parametrize(
    "content",
    [
        *(b"", b"PK", b"weights", b"\xff" * 500, "größer".encode(), b"PK\x05\x06" + b"\0" * 18, one_array()),
        *(zipped(weight=b"0" * 24, bias=b"0" * 8), zipped(**{"weight.npy": b"0" * 24, "bias.npy": b"0" * 8})),
    ],
)
def test_what_is_no_file_of_weights_is_refused(path, content):
    path.write_bytes(content)
    refused(path, "")


@pytest.mark.filterwarnings("error::ResourceWarning", "error::pytest.PytestUnraisableExceptionWarning")
def test_a_damaged_file_is_not_left_open(path):
    path.write_bytes(path.read_bytes()[:-1])
    refused(path, "")
    gc.collect()


def test_a_folder_is_no_file_of_weights(tmp_path):
    refused(tmp_path, "an .npz file of weights")


@pytest.mark.parametrize("odd", [np.nan, np.inf, -np.inf])
def test_weights_that_are_not_finite_are_refused(path, odd):
    arrays = {name: value.numpy().copy() for name, value in made().state_dict().items()}
    arrays["bias"][1] = odd
    np.savez(path, **arrays)
    refused(path, "finite bias, .*NaN or infinity.*; train again")


@pytest.mark.parametrize("dtype", [">f4", "<f2", "<f8", "<c8", "<i4", "?", "<U3", "S4", "<M8[s]", "i4,i4"])
def test_weights_of_another_dtype_are_refused_rather_than_cast(path, dtype):
    arrays = {name: value.numpy() for name, value in made().state_dict().items()}
    np.savez(path, **{**arrays, "bias": np.zeros(2, dtype=dtype)})
    refused(path, r"expected bias of \(2,\) float32, ")


def test_a_module_is_changed_in_all_or_nothing(path):
    """The fault is in the weight that is looked at last."""
    arrays = {name: value.numpy() for name, value in made().state_dict().items()}
    np.savez(path, **{**arrays, "bias": np.zeros(3, dtype="f4")})
    module = made(1)
    before = deepcopy(module.state_dict())
    with pytest.raises(ValueError, match="bias"):
        load(module, path)
    assert all(torch.equal(before[name], value) for name, value in module.state_dict().items())


def test_what_a_save_leaves_for_a_moment_lies_beside_the_file(path, monkeypatch):
    seen, replace = [], keep.os.replace
    monkeypatch.setattr(keep.os, "replace", lambda a, b: (seen.append((Path(a).parent, b)), replace(a, b)))
    save(made(), path)
    assert seen == [(path.parent, path)]  # a move within a file system is all or nothing


# --- the stamp -------------------------------------------------------------------------------------------------------


def versions():
    """What importlib knows of each package, or None where it is not installed."""
    for package in ("lstm_demo", "numpy", "torch", "matplotlib", "ipywidgets", "jupyterlab"):
        try:
            yield package, metadata.version(package)
        except metadata.PackageNotFoundError:
            yield package, None


def tells_versions(told):
    assert f"Python {platform.python_version()}" in told
    for package, version in versions():
        assert f"{package} {version or 'not installed'}" in told


def test_a_stamp_tells_versions_seed_and_differences(capsys):
    stamp(seed=7, numpy_against_torch=2.34e-16, carried=0.0)
    told = capsys.readouterr().out
    tells_versions(told)
    assert "seed 7" in told
    assert "largest differences: numpy against torch 2e-16, carried 0" in told


def test_a_stamp_without_seed_and_differences_names_none(capsys):
    stamp()
    told = capsys.readouterr().out
    tells_versions(told)
    assert "differences" not in told
    assert "seed 0" not in told


def test_seed_0_is_a_seed(capsys):
    stamp(seed=0)
    assert "seed 0" in capsys.readouterr().out


def test_a_package_that_is_missing_is_said_to_be(capsys, monkeypatch):
    monkeypatch.setattr(keep, "PACKAGES", ("numpy", "no-such-package"))
    stamp()
    assert "no-such-package not installed" in capsys.readouterr().out


@pytest.fixture
def clone(tmp_path):
    """A repository with one commit in it, as `git` makes it."""

    def git(*words):
        own = ["-c", "user.name=n", "-c", "user.email=e@x", "-c", "commit.gpgsign=false"]
        return subprocess.run(["git", "-C", tmp_path, *own, *words], capture_output=True, text=True, check=True).stdout

    git("init", "-q")
    (tmp_path / "file").write_text("as committed")
    git("add", "file")
    git("commit", "-qm", "One")
    git("tag", "-a", "v1", "-m", "a tag is not what a reader is asked for")
    return tmp_path, git("rev-parse", "HEAD").strip()


def test_a_stamp_tells_the_commit_and_whether_files_differ_from_it(clone):
    folder, commit = clone
    assert keep._commit(folder) == commit[:12]
    (folder / "file").write_text("as played with")
    assert keep._commit(folder) == f"{commit[:12]} with changes"


def test_a_package_that_lies_in_no_clone_of_its_own_names_no_commit(clone, capsys):
    folder, _ = clone
    (folder / "site-packages").mkdir()
    assert keep._commit(folder / "site-packages").startswith("unknown")
    stamp()
    assert "\ncommit " in capsys.readouterr().out


def test_without_git_and_in_a_broken_clone_the_stamp_still_prints(clone, monkeypatch, tmp_path_factory):
    broken = tmp_path_factory.mktemp("broken")
    (broken / ".git").write_text("gitdir: nowhere")
    assert keep._commit(broken).startswith("unknown: ")
    monkeypatch.setenv("PATH", str(broken))
    assert keep._commit(clone[0]) == "unknown: git is not at hand"


@pytest.mark.parametrize("module", ["ipywidgets", "matplotlib", "torch"])
def test_importing_and_printing_a_stamp_needs_no_(module):
    program = (
        f"import sys; sys.modules[{module!r}] = None\n"
        "from lstm_demo.keep import stamp; stamp(seed=0)\n"
        "print(*sorted({'ipywidgets', 'torch', 'matplotlib'} & {k for k, v in sys.modules.items() if v}))"
    )
    told = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, timeout=60)
    assert told.stdout.splitlines()[-1] == ""


# --- the loop --------------------------------------------------------------------------------------------------------

KINDS = {
    "Adam": lambda of: (of(torch.optim.Adam), {"lr": 0.05}),
    "AdamW": lambda of: (of(torch.optim.AdamW), {"lr": 0.05, "weight_decay": 0.1, "betas": (0.9, 0.99)}),
    "SGD": lambda of: (of(torch.optim.SGD), {"lr": 0.05, "momentum": 0.9}),
}
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


def trained(of, kind, steps=7):
    """Weights and rates after each step, by an optimizer of a class that went through `of`, under a schedule."""
    torch.manual_seed(0)
    net, (made, how) = torch.nn.Linear(3, 2), KINDS[kind](of)
    optimizer, seen = made(net.parameters(), **how), []
    plan = torch.optim.lr_scheduler.OneCycleLR(optimizer, 0.1, total_steps=steps + 1)
    for _ in range(steps):
        optimizer.zero_grad()
        net(torch.randn(5, 3)).square().mean().backward()
        optimizer.step()
        plan.step()
        seen += [*(w.detach().clone() for w in net.parameters()), torch.tensor(optimizer.param_groups[0]["lr"])]
    return seen


@pytest.mark.parametrize("kind", KINDS)
def test_a_light_optimizer_takes_the_same_steps_to_the_last_bit(kind):
    ours, theirs = trained(light, kind), trained(lambda of: of, kind)
    assert all(torch.equal(a, b) for a, b in zip(ours, theirs, strict=True))
    assert not torch.equal(ours[0], ours[-3])


@pytest.mark.parametrize("kind", KINDS)
def test_it_is_of_the_class_it_came_from_which_stays_as_it_was(kind):
    before = {name: getattr(getattr(torch.optim, kind), name) for name in ("add_param_group", "zero_grad", "step")}
    made, how = KINDS[kind](light)
    optimizer = made(torch.nn.Linear(1, 1).parameters(), **how)
    assert isinstance(optimizer, getattr(torch.optim, kind))
    assert made.__name__ == kind
    assert all(getattr(getattr(torch.optim, kind), name) is method for name, method in before.items())


def test_steps_leave_no_graph_and_a_closure_has_its_gradient():
    net = torch.nn.Linear(1, 1)
    optimizer = light(torch.optim.SGD)(net.parameters(), lr=0.1)

    def closure():
        optimizer.zero_grad()
        loss = net(torch.ones(1, 1)).square().sum()
        loss.backward()
        return loss

    first, second = (optimizer.step(closure).item() for _ in range(2))
    assert second < first
    assert net.weight.is_leaf
    assert net.weight.requires_grad


def test_training_imports_no_compiler():
    told = subprocess.run([sys.executable, "-c", LOADS], capture_output=True, text=True, check=True)
    assert told.stdout.strip() == "False"
