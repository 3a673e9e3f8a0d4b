"""Laws of what the scripts of `make sweeps` share: one thread, a whole table or none, and where it goes."""

import hashlib
import re
import tempfile
from pathlib import Path
from typing import NamedTuple

import pytest
import sweep
import torch
from threadpoolctl import threadpool_info, threadpool_limits


class Row(NamedTuple):
    lag: int
    error: float


ROWS = [Row(1, 0.5), Row(2, 0.25)]
TABLE = b"lag,error\n1,0.50\n2,0.25\n"


def broken():
    yield ROWS[0]
    raise RuntimeError("no more")


def swept(rows, *words):
    """Make toy.csv of these rows, as a script does; the path it is written to, which its folder may not outlive."""
    paths = []

    def write(path):
        paths.append(path)
        sweep.write_table(path, Row, rows, lambda row: f"{row.lag},{row.error:.2f}")

    assert sweep.make(sweep.options("Toy.").parse_args(words), {"toy.csv": write}) == 0
    return paths[0]


@pytest.fixture
def two_threads():
    before = torch.get_num_threads()
    with threadpool_limits(2):
        torch.set_num_threads(2)
        yield
    torch.set_num_threads(before)


def threads():
    """How many torch has, and each library of numbers."""
    return [torch.get_num_threads(), *(library["num_threads"] for library in threadpool_info())]


def test_rows_are_made_on_one_thread_and_those_of_before_come_back_even_if_a_row_raises(two_threads, tmp_path):
    before, seen = threads(), []

    def watched(rows):
        seen.append(threads())
        yield from rows

    swept(watched(ROWS), "--into", str(tmp_path))
    assert threads() == before
    with pytest.raises(RuntimeError, match="no more"):
        swept(watched(broken()), "--into", str(tmp_path))
    assert threads() == before
    assert before[0] == 2
    assert seen == 2 * [[1] * len(before)]


def test_a_table_is_what_is_printed_below_a_header_and_its_checksum_the_form_of_sha256sum(tmp_path, capsys):
    assert swept(ROWS, "--into", str(tmp_path)).read_bytes() == TABLE
    first, second, digest, made = capsys.readouterr().out.splitlines()
    assert [first, second] == TABLE.decode().splitlines()[1:]
    assert digest == f"{hashlib.sha256(TABLE).hexdigest()}  toy.csv"
    assert re.fullmatch(r"\d{4}-\d\d-\d\d, \S+, one thread, Python 3\.\S+, numpy \d\S+, torch \d\S+", made)


def test_a_table_is_written_only_when_all_its_rows_are_there(tmp_path):
    with pytest.raises(RuntimeError, match="no more"):
        swept(broken(), "--into", str(tmp_path))
    assert list(tmp_path.iterdir()) == []
    (tmp_path / "toy.csv").write_bytes(TABLE)
    with pytest.raises(RuntimeError, match="no more"):
        swept(broken(), "--into", str(tmp_path))
    assert (tmp_path / "toy.csv").read_bytes() == TABLE


def test_a_table_goes_into_data_or_the_folder_that_is_named_and_of_a_quick_run_it_goes_away(monkeypatch, tmp_path):
    assert sweep.DATA.samefile(Path(__file__).resolve().parents[1] / "data")
    data, other = (Path(tempfile.mkdtemp(dir=tmp_path)) for _ in range(2))
    monkeypatch.setattr(sweep, "DATA", data)
    assert not swept(ROWS, "--quick").parent.exists()
    for words in (["--into", str(other)], ["--quick", "--into", str(other)]):
        assert swept(ROWS, *words) == other / "toy.csv"
        (other / "toy.csv").unlink()
    assert list(data.iterdir()) == []
    assert swept(ROWS) == data / "toy.csv"
    assert list(other.iterdir()) == []
