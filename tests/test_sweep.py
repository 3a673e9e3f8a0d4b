"""What every stored table holds, and how `make sweeps` makes them: on one thread, and where it is told to."""

import pytest
import sweep
import torch
from threadpoolctl import threadpool_info, threadpool_limits


@pytest.mark.parametrize("of", sweep.tables().values(), ids=sweep.tables())
def test_a_stored_table_has_every_point_of_its_grid_once(of):
    want = sorted(tuple(point.values()) for point in of.points())
    assert sorted(tuple(getattr(row, name) for name in of.grids[0]) for row in of.stored()) == want


def threads():
    """How many torch has, and each library of numbers."""
    return [torch.get_num_threads(), *(library["num_threads"] for library in threadpool_info())]


def test_files_are_made_on_one_thread_and_those_of_before_come_back_even_if_one_raises(tmp_path):
    seen, before = [], torch.get_num_threads()

    def broken(path):
        seen.append(threads())
        raise RuntimeError("no more")

    with threadpool_limits(2):
        torch.set_num_threads(2)
        two = threads()
        with pytest.raises(RuntimeError, match="no more"):
            sweep.make({"toy.csv": broken}, into=tmp_path)
        assert threads() == two
    torch.set_num_threads(before)
    assert two[0] == 2
    assert seen == [[1] * len(two)]


def test_a_file_goes_into_data_or_the_folder_that_is_named_and_of_a_quick_run_it_goes_away(monkeypatch, tmp_path):
    paths = []

    def made(**options):
        sweep.make({"toy.csv": lambda path: paths.append(path) or path.write_bytes(b"")}, **options)
        return paths[-1]

    monkeypatch.setattr(sweep, "DATA", tmp_path)
    assert made() == tmp_path / "toy.csv"
    assert not made(quick=True).parent.exists()
    for quick in (True, False):
        assert made(quick=quick, into=tmp_path / "..") == tmp_path / "../toy.csv"
        assert paths[-1].exists()
