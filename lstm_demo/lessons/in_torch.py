"""13: what PyTorch does with padding: packing, pooling, attention, and the other direction."""

from dataclasses import dataclass

import numpy as np
import torch
from torch.nn.utils.rnn import pack_padded_sequence

from ..check import check
from ..layout import Layout, pad_left, pad_right
from ..marks import GREY, LARGE, SMALL, TEXT, here, step, verdict, write
from ..show import Picture, Time, explorer

LENGTHS, LETTERS = (3, 5, 1, 4), "ABCD"
SIDES = {"right": pad_right, "left": pad_left}
COLUMNS, GAP = max(LENGTHS), 0.5  # of the grid; between two reads, in squares


@dataclass(frozen=True)
class Packed(Picture):
    """A padded grid above, and below what a kernel reads of it once it is packed, so many lanes at a time.

    side    on which the grid is padded        reads   one list of (lane, column) for each step in time
    layout  of the grid                        time    reads that are done
    """

    side: str
    layout: Layout
    reads: list
    time: int

    size, room, left, right = (9.0, 3.5), 31, 3.6, COLUMNS + 1.5  # points: a square; squares: to the grid, to the reads

    def axes(self, ax):
        wide, high = (72 * side / self.room for side in self.size)
        ax.set(xlim=(-self.left, wide - self.left), ylim=(high - 2, -2))
        ax.set_axis_off()
        for lane, steps in enumerate(LENGTHS):
            write(ax, 0.1 - self.left, lane + 0.5, f"lane {lane}: {steps} step{'s' * (steps > 1)}", SMALL, GREY, "left")
        write(ax, 0, -0.4, "the padded grid", SMALL, GREY, ha="left")
        write(ax, self.right, -0.4, "read by the kernel, side by side", SMALL, GREY, ha="left")
        write(ax, self.right - 0.3, 4.5, "batch_sizes", SMALL, GREY, ha="right")

    def draw(self, ax):
        write(ax, 0.1 - self.left, -1.4, self.title, LARGE, ha="left")
        for lane, column in np.ndindex(self.layout.mask.shape):
            self.square(ax, column, lane, (lane, column))
        for t, places in enumerate(self.reads[: self.time]):
            x = self.right + t * (1 + GAP)
            for row, place in enumerate(places):
                self.square(ax, x, row, place)
                if t == self.time - 1:
                    here(ax, place[1], place[0])
                    here(ax, x, row)
            write(ax, x + 0.5, 4.5, f"{len(places)}", SMALL)
        mark, color = verdict(not self.padding)
        said = f"{mark} {self.judged}"
        write(ax, 0.1 - self.left, 5.5, said, TEXT, color, ha="left", weight="bold")

    def square(self, ax, x, y, place):
        step(ax, x, y, int(self.layout.series[place]))
        write(ax, x + 0.5, y + 0.5, self.name(place), SMALL)

    def name(self, place):
        k = self.layout.series[place]
        return "p" if k < 0 else f"{LETTERS[k]}{self.layout.step[place] + 1}"

    @property
    def title(self):
        return f"Padded on the {self.side}, then packed: {self.count} of {self.layout.mask.size} places are read"

    @property
    def count(self):
        return sum(map(len, self.reads))

    @property
    def padding(self):
        """How many of the places that are read hold no step."""
        return sum(not self.layout.mask[place] for places in self.reads for place in places)

    @property
    def judged(self):
        return f"{self.padding} of them padding, and as many steps are lost" if self.padding else "none of them padding"

    def says(self):
        said = f"{self.title}, {self.judged}."
        if not self.time:
            return f"{said} Nothing is read yet: play, or take one step."
        names = ", ".join(map(self.name, self.reads[self.time - 1]))
        return f"{said} Read {self.time} of {len(self.reads)} takes {names}."


@explorer(side=tuple(SIDES), time=Time(lambda **_: COLUMNS))
def packed(side="right", time=None):
    """Four series padded on a side and packed, as torch itself packs the number of each place."""
    layout = SIDES[side](LENGTHS)
    numbers = torch.arange(layout.mask.size).view(layout.mask.shape)
    done = pack_padded_sequence(numbers, LENGTHS, batch_first=True, enforce_sorted=False)
    reads = [[divmod(k, COLUMNS) for k in at_once.tolist()] for at_once in done.data.split(done.batch_sizes.tolist())]
    return Packed(side, layout, reads, time)


# --- the exercise -----------------------------------------------------------------------------------------------------

MASK = np.array([[1, 1, 0, 0], [0, 0, 0, 1], [1, 1, 1, 1]], dtype=bool)
H = np.linspace(-0.9, 0.3, 24).reshape(3, 4, 2)[::-1]  # of two series every value is below 0
REAL = MASK[..., None]

check_max_over_steps = check(
    lambda h, mask: np.where(mask[..., None], h, -np.inf).max(axis=1),
    {
        "What stands in the padding took part: it is 0.05 here, more than anything below 0.": (
            lambda h, mask: h.max(axis=1)
        ),
        "Times the mask makes zeros of the padding, and 0 is more than anything below it.": (
            lambda h, mask: (h * mask[..., None]).max(axis=1)
        ),
        "That is the mean over the real steps; the largest value is asked for.": (
            lambda h, mask: np.where(mask[..., None], h, 0).sum(axis=1) / mask.sum(axis=1)[:, None]
        ),
        "The mask is turned round: these are the largest values of the padding.": (
            lambda h, mask: np.where(mask[..., None], -np.inf, h).max(axis=1)
        ),
    },
    (np.where(REAL, H, 0.05), MASK),
    (np.where(REAL, H, np.nan)[1:, :, :1], MASK[1:]),
    right="Right: each unit's largest value over real steps, also where it is below 0.",
    otherwise="Give padding a value that can never be the largest, then take the maximum along time.",
    unset="Nothing to check yet: return an array (B, H).",
)
