"""A stored table: a function and the grid it is run on. On all of the grid it is the sweep, on one point the entry."""

import functools
import itertools
import math
from collections import namedtuple
from pathlib import Path

from .refusal import refusal, short
from .series import data_file, rows


def table(file, *grids, quick=None, **grid):
    """@table("lags.csv", window=range(1, 9), seed=range(3)) over a function of these that returns {column: number}.

    grids  dicts of the same names, one after the other in the file, where one product of values will not do
    quick  {name: value} that takes the place of others in a run that only proves the sweep: few batches, say

    The function becomes a Table, and is still called as it was: this makes one entry anew.
    """
    return lambda entry: Table(entry, file, [*grids, grid] if grid else grids, quick or {})


class Table:
    """A function of the values of a grid, whose results lie in data/."""

    def __init__(self, entry, file, grids, quick):
        self.entry, self.file, self.grids, self.quick = entry, file, grids, quick
        functools.update_wrapper(self, entry)

    def __call__(self, *values, **named):
        """One entry, made anew: {column: number}."""
        return self.entry(*values, **named)

    def points(self, quick=False):
        """{name: value} of each entry, in the order of the file; quick, one of each grid."""
        for grid in self.grids:
            every = (dict(zip(grid, values, strict=True)) for values in itertools.product(*grid.values()))
            yield from [next(every) | self.quick] if quick else every

    def write(self, path, quick=False):
        """The sweep: each line is shown as it comes, and the file written only once all are there."""
        lines = []
        for point in self.points(quick):
            found = self(**point)
            lines = lines or [",".join([*point, *found])]
            lines.append(",".join(map(_text, [*point.values(), *found.values()])))
            print(lines[-1], flush=True)
        Path(path).write_bytes("".join(f"{line}\n" for line in lines).encode("ascii"))

    def stored(self, **values):
        """The rows of the file in data/ that have these values, by name; what was found are floats."""
        kinds = [type(next(iter(domain))) for domain in self.grids[0].values()]
        lines = rows(self.file)  # refused where a byte is not as it was
        header = data_file(self.file).read_text(encoding="ascii").partition("\n")[0].split(",")
        if unknown := values.keys() - header:
            raise refusal(min(unknown), f"one of the columns {', '.join(header)}", short(values), "name one of them")
        Row, kinds = namedtuple("Row", header), kinds + [_number] * (len(header) - len(kinds))
        every = (Row(*(kind(text) for kind, text in zip(kinds, line, strict=True))) for line in lines)
        return [row for row in every if all(getattr(row, name) == value for name, value in values.items())]


def _text(value):
    """A value as it is written: numbers that are not whole to four digits, nothing where there is no number."""
    if not isinstance(value, float):
        return str(value)
    return "" if math.isnan(value) else f"{value:.4g}"


def _number(text):
    return float(text or "nan")
