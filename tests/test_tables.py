"""The stored tables are read as they stand in data/."""

import csv
import doctest
from pathlib import Path

import numpy as np
import pytest

from lstm_demo import tables

DATA = Path(__file__).resolve().parents[1] / "data"
FILES = {
    "flags.csv": tables.flag_table,
    "edge.csv": tables.edge_errors,
    "lags.csv": tables.lag_errors,
    "race.csv": tables.race_table,
    "name_scores.csv": tables.name_scores,
    "name_stream.csv": tables.name_streams,
}


@pytest.mark.parametrize("name", FILES)
def test_every_line_of_a_table_is_a_row_with_its_columns_by_name(name):
    with (DATA / name).open(encoding="ascii", newline="") as file:
        lines = list(csv.DictReader(file))
    found = FILES[name]()
    assert len(found) == len(lines) > 10
    for row, line in zip(found, lines, strict=True):
        assert row._fields == tuple(line)
        for value, text in zip(row, line.values(), strict=True):
            if isinstance(value, float):
                np.testing.assert_equal(value, float(text) if text else np.nan)
            else:
                assert str(value) == text


def test_values_are_gathered_by_name_in_the_order_of_the_rows():
    assert doctest.testmod(tables).failed == 0
    rows = tables.name_streams()
    found = tables.gathered(rows, "state", "passes", value="bits")
    assert sum(map(len, found.values())) == len(rows)
    for (state, passes), values in found.items():
        assert values.tolist() == [row.bits for row in rows if (row.state, row.passes) == (state, passes)]
