"""The stored training of lesson 04: flag, mask, closed gates and packing, a table that `make sweeps` makes."""

import functools

from ..plots import Trained, describe_trained, draw_trained
from ..refusal import choice, refusal, whole
from ..tables import flag_table, gathered
from .controls import control
from .frame import Explorer
from .starts import STARTS

ALWAYS = 0.493  # the share of the test series that begin with a positive step
SPOKEN = ("flag", "mask", "mask + learnt first state")


def stored_training(start, batches=300):
    """The Trained of the stored table: every way that was trained from such starting weights on so many batches.

    start    'PyTorch' or 'Keras'
    batches  300 or, for padding on the right, 3000
    """
    table = flag_table()
    choice("start", start, list(STARTS))
    known = sorted({row.batches for row in table})
    if (batches := whole("batches", batches, at_least=1, cure=f"take one of {known}")) not in known:
        raise refusal("batches", f"one of {known}", batches, "take one of them")
    points = gathered([r for r in table if (r.start, r.batches) == (start, batches)], "way", "side", value="accuracy")
    ways = {way for way, _ in points}
    whose = f"{start}'" if start.endswith("s") else f"{start}'s"
    title = f"{batches:,} batches from {whose} starting weights"
    return Trained(title, ALWAYS, "positive", points, tuple(way for way in SPOKEN if way in ways))


def explore_training():
    """Choose whose starting weights the nets were trained from."""
    controls = {"start": control("starting weights", STARTS)}
    stored = functools.cache(stored_training)
    like = stored(STARTS[0])
    size = (9.0, 1.9 + 0.55 * len({way for way, _ in like.points}))
    return Explorer(controls, stored, lambda ax: draw_trained(ax, like), describe_trained, size)
