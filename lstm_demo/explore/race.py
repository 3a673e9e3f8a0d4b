"""The stored race: every way and the other libraries on one machine, a table that `make bench` makes."""

import numpy as np

from ..plots import Race, describe_race, draw_race
from ..refusal import choice
from ..tables import race_table
from .controls import control
from .frame import Explorer

RACED = {
    "uniform": "270 series of 7 to 29 steps",
    "heavy": "256 series, most short, a few up to 400",
    "names": "512 series as long as names, 3 to 83",
    "real": "512 real names",
    "seed": "1,024 series of 2 to 4 steps",
}
MODES = {"forward and backward": "backward", "forward alone": "forward"}
OURS, LIMIT = ("back to back", "closed gates left"), "limit"


def stored_race(lengths, mode="forward and backward"):
    """The Race of the stored table, on one thread, for one of RACED and one of MODES."""
    for name, value, known in (("lengths", lengths, RACED), ("mode", mode, MODES)):
        choice(name, value, list(known))
    rows = [row for row in race_table() if row[:3] == (lengths, "one", MODES[mode])]
    (limit,) = (row.milliseconds for row in rows if row.entrant == LIMIT)
    rows = [row for row in rows if row.entrant != LIMIT]
    names, notes = zip(*((row.entrant, "" if row.verdict == "exact" else row.verdict) for row in rows), strict=True)
    title = f"{RACED[lengths]}, {mode}"
    return Race(title, names, np.array([row.milliseconds for row in rows]), limit, OURS, notes)


def explore_race():
    """Choose the lengths, and whether gradients are wanted; every way and library stands beside the limit."""
    controls = {
        "lengths": control("lengths", list(RACED)),
        "mode": control("pass", list(MODES)),
    }
    every = {(lengths, mode): stored_race(lengths, mode) for lengths in RACED for mode in MODES}
    races = list(every.values())
    size = (9.0, 1.3 + 0.36 * len(races[0].names))

    def compute(lengths, mode):
        return every[lengths, mode]

    return Explorer(controls, compute, lambda ax: draw_race(ax, races), describe_race, size)
