"""The dated tables in data/: what was measured once, too long for a lesson; on which day and machine says its README.

Each is a list of named rows in the order of the file. Source: ours. Where a file is missing or altered they raise as
unicode_names does.
"""

from typing import NamedTuple

import numpy as np

from .refusal import refusal, short
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


class Recalled(NamedTuple):
    """What a net that recalls a first step came to, told of the padding in one way; see recall.Learnt for the rest.

    NaN for forget and input where the gates do not read the padding.
    """

    way: str
    side: str
    start: str
    seed: int
    batches: int
    accuracy: float
    alone: float
    gap: float
    forget: float
    input: float


class Echoed(NamedTuple):
    """Mean squared error of a net that says what it heard `lag` steps ago, trained in windows; always 0 scores 1."""

    window: int
    lag: int
    state: str
    seed: int
    updates: int
    error: float


def race_table():
    """Every way and the other libraries over the same ragged sets, by `make bench`."""
    return _table("race.csv", Raced)


def name_scores():
    """The LSTM and its opponents on the categories of names, by `make sweeps`."""
    return _table("name_scores.csv", Scored)


def name_streams():
    """The stream of names, its state carried or reset, in order or not, by `make sweeps`."""
    return _table("name_stream.csv", Streamed)


def flag_table():
    """Flag, mask, closed gates and packing on padding of either side, by `make sweeps`."""
    return _table("flags.csv", Recalled)


def lag_errors():
    """How far back nets learn that are trained in windows, their state carried or reset, by `make sweeps`."""
    return _table("lags.csv", Echoed)


def edge_errors():
    """The same where the lag is just as long as the window: twenty seeds each, by `make sweeps`."""
    return _table("edge.csv", Echoed)


def gathered(rows, *by, value):
    """{values of the fields `by`: array of the field `value`}, as over seeds, in the order of the rows.

    >>> gathered([Streamed("reset", "in order", k, 16, 1.5 + k) for k in (0, 1)], "state", "passes", value="bits")
    {('reset', 16): array([1.5, 2.5])}
    """
    if not isinstance(rows, list | tuple) or not all(hasattr(row, "_fields") for row in rows):
        raise refusal("rows", "a list of named rows", short(rows), "see Raced, Scored and Streamed")
    for name, field in (*(("by", one) for one in by), ("value", value)):
        if not isinstance(field, str) or any(field not in row._fields for row in rows):
            known = ", ".join(rows[0]._fields if rows else ())
            raise refusal(name, f"fields of the rows, {known}", short(field), "take one of them")
    found = {}
    for row in rows:
        found.setdefault(tuple(getattr(row, name) for name in by), []).append(getattr(row, value))
    return {key: np.array(values) for key, values in found.items()}


def _table(file, kind):
    return [kind(*map(_read, kind.__annotations__.values(), row)) for row in rows(file)]


def _read(type_, text):
    return float(text or "nan") if type_ is float else type_(text)
