"""03: the last real step."""

import numpy as np

from ..cell import init_params, run
from ..layout import pad_right
from .verdict import Verdict, name_of, never_raises, numbers, same, wrong


@never_raises
def check_last_step(answer):
    """answer: a function (h, lengths) -> (B, H): of h (B, T, H), padded on the right, each lane's last real step."""
    lengths = np.array([2, 5, 3])
    mask = pad_right(lengths, width=6).mask
    h = run(init_params(2, 4, seed=5), np.random.default_rng(5).normal(size=(*mask.shape, 2))).h
    got = answer(h.copy(), lengths.copy())
    if got is None:
        return wrong("Nothing to check yet: return one row of h for each lane.")
    got = numbers(got)
    if got.shape != (3, 4):
        return wrong(f"Your answer has shape {got.shape}; one row of 4 units for each of 3 lanes is (3, 4).")
    if same(got, h[np.arange(3), lengths - 1]):
        return Verdict(True, "Right: each lane is read at its own last real step.")
    return wrong(name_of(got, _misread(h, lengths, mask)) or "This is no lane's last real step.")


def _misread(h, lengths, mask):
    """What each common mistake reads, (B, H) by name."""
    lanes = np.arange(len(h))
    mean = np.where(mask[..., None], h, 0).sum(axis=1) / lengths[:, None]
    return {
        "You read the last column: in all lanes that is padding here.": h[:, -1],
        "You read one step too far: counting from 0, the last of n steps is n - 1.": h[lanes, lengths],
        "You read one step too early.": h[lanes, lengths - 2],
        "You read the first step of each lane.": h[:, 0],
        "You read the last step of the longest series in every lane.": h[:, lengths.max() - 1],
        "You counted from the right-hand end, as for padding on the left.": h[lanes, -lengths],
        "You took a mean over all columns, padding included.": h.mean(axis=1),
        "You took the mean over the real steps; the question is for the last one.": mean,
    }
