"""Laws of the weights in a file: the same bits come back, and a wrong file is refused by name and changes nothing."""

import gc
import io
import os
import pickle
import re
import zipfile
from copy import deepcopy
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import nn

from lstm_demo import checkpoint
from lstm_demo.checkpoint import load, save
from lstm_demo.names import NameNet, NameStream


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


# --- there and back --------------------------------------------------------------------------------------------------


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


# --- written whole or not at all -------------------------------------------------------------------------------------


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

    monkeypatch.setattr(*{"savez": (checkpoint.np, "savez"), "replace": (checkpoint.os, "replace")}[broken], fail)
    with pytest.raises(type(error)):
        save(made(1), path)
    assert [file.read_bytes() for file in path.parent.iterdir()] == [old] * there


def test_while_it_is_being_written_the_old_file_is_whole(path, monkeypatch):
    old, seen, savez = path.read_bytes(), [], np.savez

    def watched(out, **arrays):
        savez(out, **arrays)
        seen.append(path.read_bytes())

    monkeypatch.setattr(checkpoint.np, "savez", watched)
    save(made(1), path)
    assert seen == [old] != [path.read_bytes()]
    assert list(path.parent.iterdir()) == [path]


def test_a_folder_that_is_not_there_is_named(tmp_path):
    with pytest.raises(FileNotFoundError, match="nowhere"):
        save(made(), tmp_path / "nowhere" / "net.npz")


# --- refused ---------------------------------------------------------------------------------------------------------


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


@pytest.mark.parametrize("cut", [0, 1, 2, 4, 30, 60, 130, 200, 300, -1, -22, -23, -60])
def test_a_truncated_file_is_refused(path, cut):
    path.write_bytes(path.read_bytes()[:cut])
    refused(path, "an .npz file of weights")


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


def test_what_a_save_leaves_for_a_moment_is_named_after_the_file(path, monkeypatch):
    seen = []
    replace = os.replace
    monkeypatch.setattr(checkpoint.os, "replace", lambda a, b: (seen.append((Path(a).parent, b)), replace(a, b)))
    save(made(), path)
    assert seen == [(path.parent, path)]  # the same folder: a move within a file system is all or nothing
