"""A stored table: one declaration is the entry, the grid, the sweep and the reader of what is stored; make sweeps."""

import hashlib
import math

import pytest
import sweep
from problems import refused

from lstm_demo import series
from lstm_demo.table import table

FILE = b"model,lag,error,count\na,0,0.3333,7\na,1,1.333,7\nb,2,,7\n"
SUM = f"{hashlib.sha256(FILE).hexdigest()}  toy.csv\n"


@table("toy.csv", {"model": ["a"], "lag": range(2)}, model=["b"], lag=[2], quick={"lag": 9})
def toy(model, lag):
    return {"error": lag + 1 / 3 if model == "a" else math.nan, "count": 7}


def test_it_stays_the_function_and_its_points_are_every_product_of_each_grid_or_in_a_quick_run_one_of_each():
    assert toy("a", 0) == toy(model="a", lag=0) == {"error": 1 / 3, "count": 7}
    two = table("toy.csv", x=range(2), y="pq")(lambda x, y: {})
    assert list(two.points()) == [{"x": x, "y": y} for x in range(2) for y in "pq"]
    assert list(toy.points(quick=True)) == [{"model": "a", "lag": 9}, {"model": "b", "lag": 9}]


def test_the_sweep_writes_what_it_shows_once_all_is_there(tmp_path, capsys):
    toy.write(tmp_path / "toy.csv")
    assert (tmp_path / "toy.csv").read_bytes() == FILE
    assert capsys.readouterr().out.splitlines() == FILE.decode().splitlines()[1:]
    with pytest.raises(ZeroDivisionError):
        table("other.csv", x=[1, 0])(lambda x: {"inverse": 1 / x}).write(tmp_path / "other.csv")
    assert not (tmp_path / "other.csv").exists()


def test_what_is_stored_comes_back_by_name_and_can_be_asked_for(tmp_path, monkeypatch):
    (tmp_path / "toy.csv").write_bytes(FILE)
    (tmp_path / "SHA256SUMS").write_text(SUM)
    monkeypatch.setattr(series, "FOLDERS", (tmp_path,))
    first, second, third = toy.stored()
    assert first == ("a", 0, 0.3333, 7.0)
    assert (second.model, second.lag, second.error, second.count) == ("a", 1, 1.333, 7.0)
    assert math.isnan(third.error)
    assert toy.stored(model="a", lag=1) == [second]
    said = "seed: expected one of the columns model, lag, error, count, got {'seed': 1}; name one of them"
    refused(said, lambda: toy.stored(seed=1))


@pytest.mark.parametrize("of", sweep.tables().values(), ids=sweep.tables())
def test_a_stored_table_has_every_point_of_its_grid_once(of):
    want = sorted(tuple(point.values()) for point in of.points())
    assert sorted(tuple(getattr(row, name) for name in of.grids[0]) for row in of.stored()) == want


def test_the_sweep_makes_what_is_named_or_all_and_a_quick_run_goes_away(monkeypatch, tmp_path, capsys):
    monkeypatch.setattr(sweep, "tables", lambda: {"toy.csv": toy, "other.csv": toy})
    monkeypatch.setattr(sweep, "weights", dict)
    monkeypatch.setattr(sweep, "DATA", tmp_path)
    sweep.main(["--quick"])
    assert "b,9,,7\n" in capsys.readouterr().out
    sweep.main(["toy.csv"])
    assert SUM in capsys.readouterr().out
    assert [path.name for path in tmp_path.iterdir()] == ["toy.csv"]
    sweep.main([])
    assert (tmp_path / "toy.csv").read_bytes() == (tmp_path / "other.csv").read_bytes() == FILE
    with pytest.raises(SystemExit):
        sweep.main(["no.csv"])
    assert "got no.csv" in capsys.readouterr().err
