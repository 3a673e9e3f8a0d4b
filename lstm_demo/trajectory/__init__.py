"""How to read a trajectory of states: where it runs, what its units tell, how fast it forgets, where it recurs.

A trajectory is (T, H): H units over T steps. Nothing here draws, and nothing here knows what net made the states.

plane   two directions, and what they hide     projection, deception
fading  how fast a difference is forgotten     half_life, foreseen
units   what a unit tells of a label           telling, best_unit
spans   where units are on together            units_over, spans, senses, lies_in
"""

from .fading import foreseen, half_life
from .plane import Deception, Projection, deception, projection
from .spans import Sense, lies_in, senses, spans, units_over
from .units import Tracker, best_unit, telling

__all__ = [
    "Deception",
    "Projection",
    "Sense",
    "Tracker",
    "best_unit",
    "deception",
    "foreseen",
    "half_life",
    "lies_in",
    "projection",
    "senses",
    "spans",
    "telling",
    "units_over",
]
