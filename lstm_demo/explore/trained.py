"""The stored training of lesson 04: flag, mask, closed gates and packing, a table that `make sweeps` makes."""

import functools

import ipywidgets as widgets

from ..plots import Trained, describe_trained, draw_trained
from ..refusal import refusal
from ..tables import flag_table, gathered
from .contamination import STARTS
from .frame import Explorer

ALWAYS = 0.493  # the share of the test series that begin with a positive step
SPOKEN = ("flag", "mask", "mask + learnt first state")


def stored_training(start, batches=300):
    """The Trained of the stored table: every way that was trained from such starting weights on so many batches.

    start    'PyTorch' or 'Keras'
    batches  300 or, for padding on the right, 3000
    """
    table = flag_table()
    for name, value, known in (("start", start, STARTS), ("batches", batches, sorted({r.batches for r in table}))):
        if value not in known:
            raise refusal(name, f"one of {list(known)}", repr(value), "take one of them")
    points = gathered([r for r in table if (r.start, r.batches) == (start, batches)], "way", "side", value="accuracy")
    ways = {way for way, _ in points}
    whose = f"{start}'" if start.endswith("s") else f"{start}'s"
    title = f"{batches:,} batches from {whose} starting weights"
    return Trained(title, ALWAYS, "positive", points, tuple(way for way in SPOKEN if way in ways))


def explore_training():
    """Choose whose starting weights the nets were trained from."""
    wide = {"description_width": "initial", "button_width": "auto"}
    controls = {"start": widgets.ToggleButtons(options=STARTS, description="starting weights", style=wide)}
    stored = functools.cache(stored_training)
    like = stored(STARTS[0])
    size = (9.0, 1.9 + 0.55 * len({way for way, _ in like.points}))
    return Explorer(controls, stored, lambda ax: draw_trained(ax, like), describe_trained, size)
