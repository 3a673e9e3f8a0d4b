"""The dated tables in data/: what was measured once, too long for a lesson; on which day and machine says its README.

Each is a list of named rows in the order of the file. Source: ours. Where a file is missing or altered they raise as
unicode_names does.
"""

from typing import NamedTuple

import numpy as np

from .refusal import kind, refusal, short
from .series import rows


class Raced(NamedTuple):
    """A line of the race: median milliseconds of a pass, and how often the limit's; NaN where none was taken."""

    set: str
    threads: str
    mode: str
    entrant: str
    milliseconds: float
    times_limit: float
    verdict: str


class Scored(NamedTuple):
    """How often a model named the right category of the names held out; seconds are those of its training."""

    model: str
    split: str
    seed: int
    accuracy: float
    seconds: float
    parameters: int


class Streamed(NamedTuple):
    """Bits per character on held-out blocks of names, of a net trained on a stream of the others."""

    state: str
    order: str
    seed: int
    passes: int
    bits: float


def race_table():
    """Every way and the other libraries over the same ragged sets, by `make bench`."""
    return _table("race.csv", Raced)


def name_scores():
    """The LSTM and its opponents on the categories of names, by `make sweeps`."""
    return _table("name_scores.csv", Scored)


def name_streams():
    """The stream of names, its state carried or reset, in order or not, by `make sweeps`."""
    return _table("name_stream.csv", Streamed)


def gathered(rows, *by, value):
    """{values of the fields `by`: array of the field `value`}, as over seeds, in the order of the rows.

    >>> gathered([Streamed("reset", "in order", k, 16, 1.5 + k) for k in (0, 1)], "state", "passes", value="bits")
    {('reset', 16): array([1.5, 2.5])}
    """
    rows = kind("rows", rows, list, "give the rows of a table")
    for field in (*by, value):
        if not isinstance(field, str) or any(field not in getattr(row, "_fields", ()) for row in rows):
            raise refusal("rows", f"named rows with a field {field!r}", short(rows), "see Raced, Scored and Streamed")
    found = {}
    for row in rows:
        found.setdefault(tuple(getattr(row, name) for name in by), []).append(getattr(row, value))
    return {key: np.array(values) for key, values in found.items()}


def _table(file, kind):
    return [kind(*map(_read, kind.__annotations__.values(), row)) for row in rows(file)]


def _read(type_, text):
    return float(text or "nan") if type_ is float else type_(text)
