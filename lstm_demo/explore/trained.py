"""The stored training of lesson 04: flag, mask, closed gates and packing, a table that `make sweeps` makes."""

from ..plots import Trained
from ..refusal import refusal, whole
from ..tables import flag_table, gathered

GUESS = 0.5  # as many first steps are positive as are not


def stored_training(batches=300):
    """The Trained of the stored table: every way that was trained on so many batches, 300 or 3000."""
    table = flag_table()
    known = sorted({row.batches for row in table})
    if whole("batches", batches, at_least=1, cure=f"take one of {known}") not in known:
        raise refusal("batches", f"one of {known}", batches, "take one of them")
    rows = [row for row in table if row.batches == batches]
    points = gathered(rows, "way", "side", "start", value="accuracy")
    return Trained(f"Recall the first step, after {batches} batches", GUESS, points)
