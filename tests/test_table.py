"""A stored table: one declaration is the entry, the grid, the sweep and the reader of what was stored."""

import hashlib
import math

import pytest
import sweep
from problems import refused

from lstm_demo import series
from lstm_demo.table import Table, table

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


def test_the_points_are_every_product_of_each_grid_one_grid_after_the_other():
    assert [tuple(point.values()) for point in toy.points()] == [("a", 0), ("a", 1), ("b", 2)]
    whole = table("toy.csv", x=range(2), y="pq")(lambda x, y: {})
    assert list(whole.points()) == [{"x": x, "y": y} for x in range(2) for y in "pq"]


def test_a_quick_run_takes_one_point_of_each_grid_with_what_makes_it_quick():
    assert [tuple(point.values()) for point in toy.points(quick=True)] == [("a", 9), ("b", 9)]


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
    refused(
        "seed: expected one of the columns model, lag, error, count, got {'seed': 1}; name one of them",
        lambda: toy.stored(seed=1),
    )


def test_a_file_that_is_not_as_it_was_stored_is_refused(stored):
    stored.write_bytes(FILE.replace(b"0.3333", b"0.3332"))
    with pytest.raises(ValueError, match="expected the bytes"):
        toy.stored()


# --- make sweeps -----------------------------------------------------------------------------------------------------


def test_the_sweep_finds_the_tables_of_all_lessons_and_makes_those_that_are_named(monkeypatch, tmp_path, capsys):
    assert all(isinstance(one, Table) and one.stored() for one in sweep.tables().values())
    assert "windows.csv" in sweep.tables()
    monkeypatch.setattr(sweep, "tables", lambda: {"toy.csv": toy, "other.csv": toy})
    monkeypatch.setattr(sweep, "weights", dict)
    assert sweep.main(["toy.csv", "--into", str(tmp_path)]) == 0
    assert [path.name for path in tmp_path.iterdir()] == ["toy.csv"]
    *lines, digest, made = capsys.readouterr().out.splitlines()
    assert lines == FILE.decode().splitlines()[1:]
    assert digest == f"{hashlib.sha256(FILE).hexdigest()}  toy.csv"
    assert "one thread" in made
    assert sweep.main(["--quick", "--into", str(tmp_path)]) == 0
    assert (tmp_path / "toy.csv").read_bytes() == (tmp_path / "other.csv").read_bytes() != FILE
    with pytest.raises(SystemExit):
        sweep.main(["no.csv"])
    assert "expected some of toy.csv, other.csv, got no.csv" in capsys.readouterr().err
