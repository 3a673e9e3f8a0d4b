"""The experiment of lesson 06: a net that echoes a stream of signs with a lag, trained window by window.

loop    the task, the net, the training            windows, slow_windows, mse, Echo, new_net, learn, error, measure
many    the same for many nets side by side        measure_many
beside  graphs that grow, loops that fail          nodes, attempt, readable
"""

from .beside import Attempt, attempt, nodes, readable
from .loop import (
    BETWEEN,
    LANES,
    RATE,
    UNITS,
    UPDATES,
    Echo,
    error,
    keep_nothing,
    keep_value,
    learn,
    measure,
    mse,
    new_net,
    slow_windows,
    windows,
)
from .many import measure_many

__all__ = [
    "BETWEEN",
    "LANES",
    "RATE",
    "UNITS",
    "UPDATES",
    "Attempt",
    "Echo",
    "attempt",
    "error",
    "keep_nothing",
    "keep_value",
    "learn",
    "measure",
    "measure_many",
    "mse",
    "new_net",
    "nodes",
    "readable",
    "slow_windows",
    "windows",
]
