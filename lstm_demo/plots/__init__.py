"""Pictures, computing apart from drawing.

Each comes as three: `draw_x(ax, ...) -> update` makes the artists once, `plot_x(data, ax=None) -> ax` draws them once,
`describe_x(data) -> str` says the same in a sentence. `look(data)` does the last two, whatever the data.
"""

from .confusion import Confusion, describe_confusion, draw_confusion, plot_confusion
from .fading import Fading, describe_fading, draw_fading, plot_fading
from .heat import Heat, describe_heat, draw_heat, plot_heat
from .held import Held, describe_held, draw_held, plot_held
from .lags import Lags, describe_lags, draw_lags, plot_lags, reaches
from .language import LETTERS, counted
from .look import look
from .picture import Picture
from .portrait import Portrait, describe_portrait, draw_portrait, plot_portrait
from .price import Price, describe_price, draw_price, empty_share, plot_price
from .race import Race, describe_race, draw_race, plot_race
from .reach import Reach, describe_reach, draw_reach, plot_reach
from .trained import Trained, describe_trained, draw_trained, plot_trained
from .typed import Typed, describe_typed, draw_typed, plot_typed

__all__ = [
    "LETTERS",
    "Confusion",
    "Fading",
    "Heat",
    "Held",
    "Lags",
    "Picture",
    "Portrait",
    "Price",
    "Race",
    "Reach",
    "Trained",
    "Typed",
    "counted",
    "describe_confusion",
    "describe_fading",
    "describe_heat",
    "describe_held",
    "describe_lags",
    "describe_portrait",
    "describe_price",
    "describe_race",
    "describe_reach",
    "describe_trained",
    "describe_typed",
    "draw_confusion",
    "draw_fading",
    "draw_heat",
    "draw_held",
    "draw_lags",
    "draw_portrait",
    "draw_price",
    "draw_race",
    "draw_reach",
    "draw_trained",
    "draw_typed",
    "empty_share",
    "look",
    "plot_confusion",
    "plot_fading",
    "plot_heat",
    "plot_held",
    "plot_lags",
    "plot_portrait",
    "plot_price",
    "plot_race",
    "plot_reach",
    "plot_trained",
    "plot_typed",
    "reaches",
]
