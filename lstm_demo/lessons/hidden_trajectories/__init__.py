"""07: states of a net that reads: where they run, what their units tell, how a difference fades, where they recur."""

from .fades import Changed, Fading, changed, check_half_life, left_over, spread
from .nets import NETS, read_all, states, unseen, weights
from .tells import Tracker, best_unit, borrowed, found_again, lies_in, spans, telling, units_over
from .where import KINDS, PARITY, Heat, Plane, Portrait, distances, path, plane_of, seen

__all__ = [
    "KINDS",
    "NETS",
    "PARITY",
    "Changed",
    "Fading",
    "Heat",
    "Plane",
    "Portrait",
    "Tracker",
    "best_unit",
    "borrowed",
    "changed",
    "check_half_life",
    "distances",
    "found_again",
    "left_over",
    "lies_in",
    "path",
    "plane_of",
    "read_all",
    "seen",
    "spans",
    "spread",
    "states",
    "telling",
    "units_over",
    "unseen",
    "weights",
]
