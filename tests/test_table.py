"""A stored table: one declaration is the entry, the grid, the sweep and the reader of what is stored; make sweeps."""

import hashlib
import math

import pytest
import sweep
import torch
from problems import refused
from threadpoolctl import threadpool_info, threadpool_limits

from lstm_demo import series
from lstm_demo.table import table

FILE = b"model,lag,error,count\na,0,0.3333,7\na,1,1.333,7\nb,2,,7\n"
GRIDS = {"model": ["a"], "lag": range(2)}, {"model": ["b"], "lag": [2]}


@table("toy.csv", *GRIDS, quick={"lag": 9})
def toy(model, lag):
    """The smallest."""
    return {"error": lag + 1 / 3 if model == "a" else math.nan, "count": 7}


@pytest.fixture
def stored(tmp_path, monkeypatch):
    """toy.csv as it lies in data/, its bytes known."""
    (tmp_path / "toy.csv").write_bytes(FILE)
    monkeypatch.setattr(series, "FOLDERS", (tmp_path,))
    (tmp_path / "SHA256SUMS").write_text(f"{hashlib.sha256(FILE).hexdigest()}  toy.csv\n")
    return tmp_path / "toy.csv"


def test_the_function_stays_an_entry_that_is_made_anew_by_a_call():
    assert toy("a", 0) == toy(model="a", lag=0) == {"error": 1 / 3, "count": 7}
    assert (toy.__doc__, toy.file) == ("The smallest.", "toy.csv")


def test_the_points_are_every_product_of_each_grid_one_after_the_other_and_a_quick_run_takes_one_of_each():
    assert [tuple(point.values()) for point in toy.points()] == [("a", 0), ("a", 1), ("b", 2)]
    assert [tuple(point.values()) for point in toy.points(quick=True)] == [("a", 9), ("b", 9)]
    both = table("toy.csv", {"x": [7], "y": "o"}, x=range(2), y="pq")(lambda x, y: {})
    assert list(both.points()) == [{"x": 7, "y": "o"}, *({"x": x, "y": y} for x in range(2) for y in "pq")]


def test_the_sweep_writes_what_it_shows_and_only_once_all_is_there(tmp_path, capsys):
    toy.write(tmp_path / "toy.csv")
    assert (tmp_path / "toy.csv").read_bytes() == FILE
    assert capsys.readouterr().out.splitlines() == FILE.decode().splitlines()[1:]
    broken = table("toy.csv", x=[1, 0])(lambda x: {"inverse": 1 / x})
    with pytest.raises(ZeroDivisionError):
        broken.write(tmp_path / "other.csv")
    assert not (tmp_path / "other.csv").exists()


def test_what_is_stored_comes_back_by_name_and_can_be_asked_for(stored):
    first, second, third = toy.stored()
    assert first == ("a", 0, 0.3333, 7.0)
    assert (second.model, second.lag, second.error, second.count) == ("a", 1, 1.333, 7.0)
    assert math.isnan(third.error)
    assert toy.stored(model="a") == [first, second]
    assert toy.stored(model="a", lag=1) == [second]
    assert toy.stored(model="c") == []
    said = "seed: expected one of the columns model, lag, error, count, got {'seed': 1}; name one of them"
    refused(said, lambda: toy.stored(seed=1))


def test_a_file_that_is_not_as_it_was_stored_is_refused(stored):
    stored.write_bytes(FILE.replace(b"0.3333", b"0.3332"))
    with pytest.raises(ValueError, match="expected the bytes"):
        toy.stored()


# --- make sweeps -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("of", sweep.tables().values(), ids=sweep.tables())
def test_a_stored_table_has_every_point_of_its_grid_once(of):
    want = sorted(tuple(point.values()) for point in of.points())
    assert sorted(tuple(getattr(row, name) for name in of.grids[0]) for row in of.stored()) == want


def test_the_sweep_makes_the_tables_that_are_named_or_all_and_a_quick_run_goes_away(monkeypatch, tmp_path, capsys):
    monkeypatch.setattr(sweep, "tables", lambda: {"toy.csv": toy, "other.csv": toy})
    monkeypatch.setattr(sweep, "weights", dict)
    data, other = tmp_path / "data", tmp_path / "other"
    monkeypatch.setattr(sweep, "DATA", data)
    for folder in (data, other):
        folder.mkdir()
    for folder, words in ((other, ["--into", str(other)]), (data, [])):
        capsys.readouterr()
        assert sweep.main(["toy.csv", *words]) == 0
        assert [path.read_bytes() for path in folder.iterdir()] == [FILE]
    *lines, digest, made = capsys.readouterr().out.splitlines()
    assert lines == FILE.decode().splitlines()[1:]
    assert digest == f"{hashlib.sha256(FILE).hexdigest()}  toy.csv"
    assert "one thread" in made
    assert sweep.main(["--quick"]) == sweep.main(["--quick", "--into", str(other)]) == 0
    assert (other / "toy.csv").read_bytes() == (other / "other.csv").read_bytes() != FILE
    assert [path.read_bytes() for path in data.iterdir()] == [FILE]
    with pytest.raises(SystemExit):
        sweep.main(["no.csv"])
    assert "expected some of toy.csv, other.csv, got no.csv" in capsys.readouterr().err


def threads():
    """How many torch has, and each library of numbers."""
    return [torch.get_num_threads(), *(library["num_threads"] for library in threadpool_info())]


def test_files_are_made_on_one_thread_and_of_a_quick_run_go_away_and_all_comes_back_even_if_one_raises():
    seen, before = [], torch.get_num_threads()

    def broken(path):
        seen.append((path.parent, threads()))
        raise RuntimeError("no more")

    with threadpool_limits(2):
        torch.set_num_threads(2)
        two = threads()
        with pytest.raises(RuntimeError, match="no more"):
            sweep.make({"toy.csv": broken}, quick=True)
        assert threads() == two
    torch.set_num_threads(before)
    ((folder, ones),) = seen
    assert not folder.exists()
    assert (two[0], ones) == (2, [1] * len(two))
