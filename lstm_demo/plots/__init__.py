"""Pictures, computing apart from drawing.

Each comes as three: `draw_x(ax, ...) -> update` makes the artists once, `plot_x(data, ax=None) -> ax` draws them once,
`describe_x(data) -> str` says the same in a sentence. `look(data)` does the last two, whatever the data.
"""

from .confusion import Confusion, describe_confusion, draw_confusion, plot_confusion
from .held import Held, describe_held, draw_held, plot_held
from .lags import Lags, describe_lags, draw_lags, plot_lags, reaches
from .language import LETTERS, counted
from .look import look
from .picture import Picture
from .price import Price, describe_price, draw_price, empty_share, plot_price
from .race import Race, describe_race, draw_race, plot_race
from .reach import Reach, describe_reach, draw_reach, plot_reach
from .trained import Trained, describe_trained, draw_trained, plot_trained
from .typed import Typed, describe_typed, draw_typed, plot_typed

__all__ = [
    "LETTERS",
    "Confusion",
    "Held",
    "Lags",
    "Picture",
    "Price",
    "Race",
    "Reach",
    "Trained",
    "Typed",
    "counted",
    "describe_confusion",
    "describe_held",
    "describe_lags",
    "describe_price",
    "describe_race",
    "describe_reach",
    "describe_trained",
    "describe_typed",
    "draw_confusion",
    "draw_held",
    "draw_lags",
    "draw_price",
    "draw_race",
    "draw_reach",
    "draw_trained",
    "draw_typed",
    "empty_share",
    "look",
    "plot_confusion",
    "plot_held",
    "plot_lags",
    "plot_price",
    "plot_race",
    "plot_reach",
    "plot_trained",
    "plot_typed",
    "reaches",
]
