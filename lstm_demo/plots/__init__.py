"""Pictures, computing apart from drawing.

Each comes as three: `draw_x(ax, ...) -> update` makes the artists once, `plot_x(data, ax=None) -> ax` draws them once,
`describe_x(data) -> str` says the same in a sentence. `look(data)` does the last two, whatever the data.
"""

from .board import Board, describe_board, draw_board, plot_board
from .contamination import Contamination, describe_contamination, draw_contamination, plot_contamination
from .language import LETTERS, counted
from .ledger import Book, describe_ledger, draw_ledger, plot_ledger
from .look import look
from .picture import Picture
from .states import States, describe_states, draw_states, plot_states
from .step import OneStep, describe_step, draw_step, plot_step

__all__ = [
    "LETTERS",
    "Board",
    "Book",
    "Contamination",
    "OneStep",
    "Picture",
    "States",
    "counted",
    "describe_board",
    "describe_contamination",
    "describe_ledger",
    "describe_states",
    "describe_step",
    "draw_board",
    "draw_contamination",
    "draw_ledger",
    "draw_states",
    "draw_step",
    "look",
    "plot_board",
    "plot_contamination",
    "plot_ledger",
    "plot_states",
    "plot_step",
]
