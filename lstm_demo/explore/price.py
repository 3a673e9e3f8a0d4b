"""The price in places: how the spread of lengths fills a rectangle with nothing, and what sharing lanes saves."""

import numpy as np

from ..layout import back_to_back, pad_right
from ..plots import Price, describe_price, draw_price
from ..refusal import choice
from ..series import unicode_names
from .controls import control
from .frame import Explorer

COUNT = 48
FEWEST = 8  # lanes; with fewer the picture would be too wide to see a series in


def _names():
    """Lengths of real names, evenly from the whole file."""
    every = unicode_names()[0]
    return [len(codes) for codes in every[:: len(every) // COUNT][:COUNT]]


SPREADS = {
    "all alike": lambda: [24] * COUNT,
    "1 to 47 steps": lambda: np.random.default_rng(0).integers(1, 48, COUNT),
    "real names": _names,
    "a few long ones": lambda: np.minimum(200, (8 + 6 * np.random.default_rng(0).pareto(1.0, COUNT)).astype(int)),
}


def price_of(spread, lanes):
    """The Price of 48 series whose lengths are spread like one of SPREADS, padded and in so many lanes."""
    choice("spread", spread, list(SPREADS))
    lengths = SPREADS[spread]()
    return Price(f"{COUNT} series, {spread}", pad_right(lengths), back_to_back(lengths, lanes, gap=1))


def explore_price():
    """Choose how the lengths are spread, and the number of lanes that the series share."""
    controls = {
        "lanes": control("lanes", range(FEWEST, COUNT + 1, 8), 16),
        "spread": control("lengths", list(SPREADS), "real names"),
    }
    longest = max(price_of(spread, FEWEST).shared.mask.shape[1] for spread in SPREADS)
    return Explorer(controls, price_of, lambda ax: draw_price(ax, COUNT, longest), describe_price, (9.0, 5.2))
