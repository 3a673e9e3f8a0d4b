"""What the fuzz knows of each public function: arguments that it takes, and how its answer is judged; room by room.

A judge is told what was given, spoilt or not, and the answer; it holds the answer against torch, against the series
alone, or against an invariant, and so against a reading of the arguments that is not the package's own.
"""

from . import (
    checks,
    explore,
    explore_more,
    names,
    plots,
    rest,
    trained,
)
from .exempt import EXEMPT

ROOMS = (trained, checks, explore, explore_more, plots, names, rest)
CASES = {name: case for room in ROOMS for name, case in room.CASES.items()}

__all__ = ["CASES", "EXEMPT"]
