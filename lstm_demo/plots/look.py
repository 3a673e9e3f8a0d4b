"""A plain look at data of any kind: its picture and, printed, its sentence."""

import textwrap

import matplotlib

from ..refusal import refusal
from .confusion import Confusion, describe_confusion, plot_confusion
from .held import Held, describe_held, plot_held
from .lags import Lags, describe_lags, plot_lags
from .picture import DRAWING
from .price import Price, describe_price, plot_price
from .race import Race, describe_race, plot_race
from .reach import Reach, describe_reach, plot_reach
from .trained import Trained, describe_trained, plot_trained
from .typed import Typed, describe_typed, plot_typed

KINDS = {
    Confusion: (plot_confusion, describe_confusion),
    Held: (plot_held, describe_held),
    Lags: (plot_lags, describe_lags),
    Price: (plot_price, describe_price),
    Race: (plot_race, describe_race),
    Reach: (plot_reach, describe_reach),
    Trained: (plot_trained, describe_trained),
    Typed: (plot_typed, describe_typed),
}


def look(data):
    """Plot what is given, one of KINDS, and print the same as a sentence."""
    if type(data) not in KINDS:
        raise refusal("data", f"one of {[kind.__name__ for kind in KINDS]}", type(data).__name__, "plot it yourself")
    plot, describe = KINDS[type(data)]
    print(textwrap.fill(describe(data), 88))  # a notebook breaks longer lines in the middle of a word
    with DRAWING:
        _show(plot, data)


def _show(plot, data):
    plot(data)
    if "inline" in matplotlib.get_backend():
        from matplotlib import pyplot

        pyplot.show()  # now, and not at the end of the cell, below what else it shows
