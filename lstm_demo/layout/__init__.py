"""A layout is an index: it says which step of which series sits in each cell of a (lanes, time) grid.

A lane is a row of the grid, read as a stream from left to right. Padding left, padding right, several series
back to back in one lane, the windows of truncated backpropagation: all are layouts, and the two flags that an
LSTM has to be told (`mask` and `resets`) are read off the index.
"""

from .flag import with_flag
from .grid import PADDING, Layout
from .ledger import Entry, ledger
from .place import back_to_back, pad_left, pad_right

__all__ = ["PADDING", "Entry", "Layout", "back_to_back", "ledger", "pad_left", "pad_right", "with_flag"]
