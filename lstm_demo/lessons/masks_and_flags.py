"""04: a flag beside each step is information, a mask is a rule; and what padding does to a loss."""

import functools
from dataclasses import dataclass

import numpy as np
import torch
from torch import nn
from torch.nn.functional import binary_cross_entropy_with_logits
from torch.nn.utils.rnn import pack_padded_sequence

from ..cell import Params, State, init_params, run
from ..check import check
from ..layout import pad_left, pad_right, with_flag
from ..marks import BLUE, CELL, FAINT, GREY, INK, LARGE, RIGHT, SMALL, TEXT, here, step, verdict, write
from ..series import recall_first
from ..show import Picture, Time, explorer
from ..table import table
from ..torch_lstm import StatelessLSTM, close_gates, load_params, params_of

SIDES = {"left": pad_left, "right": pad_right}

# --- one cell, told in four ways --------------------------------------------------------------------------------------

READ = np.ones((6, 1))  # the series
TOLD, PADS = ("nothing", "flag", "mask", "closed gates"), (3, 6, 12)
WIDEST, TALL = len(READ) + PADS[-1], 2.3  # in squares: the longest lane, and a c of 1


@dataclass(frozen=True)
class OneCell(Picture):
    """c of one unit along six ones and their padding, beside the truth: c held wherever no step is real.

    title   what it is told    mask   (T,) where steps are real             time   steps that were read
    told    one of TOLD        c      (2, T + 1) of the cell, and the truth: before and after each step
    gates   how f and i stand on padding
    """

    title: str
    told: str
    mask: np.ndarray
    c: np.ndarray
    gates: str
    time: int

    size, room, left, top = (9.0, 3.8), 23, 2.4, 9.2  # points: a square; squares: to the first step, to the line of 0

    def axes(self, ax):
        wide, high = (72 * side / self.room for side in self.size)
        ax.set(xlim=(-self.left, wide - self.left), ylim=(high - self.top, -self.top))
        ax.set_axis_off()
        for c in range(4):
            ax.plot([0, WIDEST], [-TALL * c] * 2, color=FAINT, linewidth=0.8)
            write(ax, -0.5, -TALL * c, f"{c}", SMALL, GREY)
        for y, said in {-3 * TALL: "c", 1.1: "reads", 2.1: "flag"}.items():
            write(ax, 0.1 - self.left, y, said, SMALL, GREY, ha="left")

    def draw(self, ax):
        write(ax, 0.1 - self.left, 0.8 - self.top, self.title, LARGE, ha="left")
        (cell, truth), now = -TALL * self.c, self.time
        ax.plot(truth, color=RIGHT, linestyle="--", linewidth=1.5, marker="o", markersize=9, fillstyle="none")
        ax.plot(cell[: now + 1], color=CELL, linewidth=2.5, marker="o", markersize=5)
        for t, real in enumerate(self.mask):
            step(ax, t, 0.6, 0 if real else -1)
            write(ax, t + 0.5, 1.1, "1" if real else "—" if self.told == "mask" else "0", SMALL)
            seen = self.told in ("flag", "closed gates")
            write(ax, t + 0.5, 2.1, "·" if not seen else "0" if real else "1", SMALL, GREY)
        if now:
            here(ax, now - 1, 0.6)
        mark, color = verdict(self.off == 0)
        said = {f"this cell: {self.c[0, now]:.2f}": CELL, f"dashed, the truth: {self.c[1, now]:.2f}": RIGHT}
        said |= {f"{mark} {self.judged}": color, "on padding": GREY, self.gates: GREY}
        for k, (words, color) in enumerate(said.items()):
            write(ax, WIDEST + 0.7, 1.3 * k - 3 * TALL, words, SMALL, color, ha="left", weight="bold")

    @property
    def off(self):
        """How far c is from the truth where time stands."""
        return abs(self.c[0, self.time] - self.c[1, self.time])

    @property
    def judged(self):
        return f"off by {self.off:.2g}" if self.off else "exact"

    def says(self):
        cell, truth = self.c[:, self.time]
        said = f"{self.title}; on padding {self.gates}. After {self.time} of {len(self.mask)} steps"
        return f"{said} c is {cell:.2f}, the truth {truth:.2f}: {self.judged}."


@explorer(
    off=lambda told, **_: () if told == "flag" else ("weight",),
    told=TOLD,
    weight=range(13),
    side=tuple(SIDES),
    pads=PADS,
    time=Time(lambda pads, **_: len(READ) + pads),
)
def one_cell(told="flag", weight=1, side="right", pads=12, time=None):
    """Tell a cell of its padding in one of four ways; the flag's weight shuts i and opens f."""
    layout = SIDES[side]([len(READ)], width=len(READ) + pads)
    flag = {"flag": [-weight, weight, 0, 0], "closed gates": [-1e4, -1e4, 0, -1e4]}.get(told, [0] * 4)
    params = Params(np.stack([[0, 0, 1, 0], flag], axis=1), np.zeros((4, 1)), np.array([1, 2, 0.1, 1]))
    x = with_flag(layout.lay([READ]), layout.mask)
    held = run(params, x, mask=layout.mask)
    trace = held if told == "mask" else run(params, x)
    c = np.stack([np.append(0, one.c) for one in (trace, held)])
    f, i = (f"{gate[~layout.mask][0, 0]:.2g}" for gate in (trace.f, trace.i))
    more = {"flag": f" of weight {weight}", "nothing": " told"}.get(told, "")
    title = f"{told.capitalize()}{more}, {pads} padded steps {'in front' if side == 'left' else 'behind'}"
    return OneCell(title, told, layout.mask[0], c, "state held" if told == "mask" else f"f = {f}, i = {i}", time)


# --- nets that recall the first step, each told in its own way --------------------------------------------------------

STARTS, UNITS, WIDTH, FIRST = ("PyTorch", "Keras"), 16, 30, "mask + learnt first state"
WAYS = ("nothing", "flag", "closed gates", "packed", "mask", FIRST)
SEEDS = {"start": STARTS, "seed": range(5)}


@functools.cache
def padded(side, seed=2):
    """1,000 series of 3 to 15 steps in 30 columns: x (B, T, 1), real (B, T), whether each began above 0 (B,)."""
    series, positive = recall_first(1000, 3, 15, seed=seed)
    layout = SIDES[side]([len(one) for one in series], width=WIDTH)
    return torch.tensor(layout.lay(series)).float(), torch.tensor(layout.mask), torch.tensor(positive).float()


def flagged(x, real):
    return torch.cat([x, (~real)[..., None].float()], dim=2)


class Recaller(nn.Module):
    """An LSTM that is told of its padding in one of the WAYS, and a head that makes one number of its last h."""

    def __init__(self, way, start="PyTorch"):
        super().__init__()
        features, seed = 1 + (way == "flag"), torch.randint(2**31, ()).item()
        self.way, self.net, self.head = way, StatelessLSTM(features, UNITS), nn.Linear(UNITS, 1)
        self.first = nn.Parameter(torch.zeros(2, UNITS)) if way == FIRST else None
        if start == "Keras":
            load_params(self.net.lstm, init_params(features, UNITS, seed))

    def forward(self, x, real, **told):
        """(B,) numbers, above 0 for 'the first step was'; `told` is the mask and state of a run that is told more."""
        return self.head(self.last(x, real, **told))[:, 0]

    def last(self, x, real, **told):
        if self.way == "packed" and not told:  # so many steps from the left, whatever they hold
            packed = pack_padded_sequence(x, real.sum(dim=1), batch_first=True, enforce_sorted=False)
            return self.net.lstm(packed)[1][0][0]
        if self.way == "closed gates" and not told:
            return close_gates(self.net.lstm)(flagged(x, real))[1][0][0]
        known = {"mask": real} if self.way in ("mask", FIRST) else {}
        if self.first is not None:
            known["state"] = State(*self.first[:, None].expand(-1, len(x), -1))
        return self.net(flagged(x, real) if self.way == "flag" else x, **(known | told))[1].h


def share_right(net, side, **told):
    """The share of 1,000 new series whose first sign it recalls."""
    x, real, positive = padded(side)
    with torch.no_grad():
        return ((net(x, real, **told) > 0) == (positive > 0)).float().mean().item()


def trained(way, side, start="PyTorch", seed=0, batches=300):
    """A Recaller after so many batches of 50: the same draws for all ways."""
    torch.manual_seed(seed)
    net, (x, real, positive) = Recaller(way, start), padded(side, seed=1)
    adam = torch.optim.Adam(net.parameters(), lr=0.01)
    for _ in range(batches):
        k = torch.randint(len(x), (50,))
        loss = binary_cross_entropy_with_logits(net(x[k], real[k]), positive[k])
        adam.zero_grad()
        loss.backward()
        adam.step()
    return net


def gates_on_padding(net, side):
    """The means of f and i on padded steps; NaN where these do not read them."""
    if net.way not in WAYS[:2]:
        return np.nan, np.nan
    x, real, _ = padded(side)
    trace = run(params_of(net.net.lstm), flagged(x, real)[..., : net.net.lstm.input_size].double().numpy())
    return tuple(gate[~real.numpy()].mean().item() for gate in (trace.f, trace.i))


@table(
    "flags.csv",
    {"way": WAYS, "side": tuple(SIDES), **SEEDS, "batches": [300]},
    {"way": WAYS[:2], "side": ["right"], **SEEDS, "batches": [3000]},
    quick={"batches": 2},
)
def recall(way, side, start="PyTorch", seed=0, batches=300):
    """Train one net: its share of right answers, that of series alone, how far the last h lie apart, its gates."""
    net, (x, real, positive) = trained(way, side, start, seed, batches), padded(side)
    with torch.no_grad():
        h, alone = net.last(x, real), net.last(x, real, mask=real)  # as if without padding
        gap = ((h - alone).norm(dim=1) / alone.norm(dim=1)).mean().item()
        right = ((net.head(alone)[:, 0] > 0) == (positive > 0)).float().mean().item()
    forget, opened = gates_on_padding(net, side)
    return {"accuracy": share_right(net, side), "alone": right, "gap": gap, "forget": forget, "input": opened}


ROWS = ("nothing", "flag", "mask", FIRST, "closed gates", "packed")
ALWAYS, PANEL = 0.493, 0.85  # the share of series that begin above 0; from panel to panel, in shares
LOOKS = {"left": (-0.2, INK, "o"), "right": (0.2, BLUE, "s")}  # down from its row, colour, marker


@dataclass(frozen=True)
class SideBySide(Picture):
    """What share of answers nets got right, a panel for each start."""

    shares: dict  # {(start, way, side): (seeds,)}
    size, place = (9.0, 5.2), (0.29, 0.13, 0.7, 0.85)

    def axes(self, ax):
        shares = (0.4, 0.6, 0.8, 1)
        ticks = [k * PANEL + share for k in range(2) for share in shares]
        ax.set(xlim=(0.38, 2.03), ylim=(5.6, -1.9), xticks=ticks, yticks=range(6))
        ax.set_xticklabels([f"{share:g}" for share in shares * 2], fontsize=SMALL)
        ax.set_yticklabels(ROWS, fontsize=TEXT)
        ax.set_xlabel("share of right answers: five nets, and their mean", fontsize=TEXT)
        ax.tick_params(axis="y", length=0)
        ax.spines[:].set_visible(False)
        for k, start in enumerate(STARTS):
            write(ax, k * PANEL + 0.4, -1.6, f"{start}’s starting weights", TEXT, ha="left", weight="bold")
            write(ax, k * PANEL + ALWAYS, -0.75, f"always “above 0”: {ALWAYS:.2f}", SMALL, GREY, ha="left")
            ax.plot([k * PANEL + ALWAYS] * 2, [-0.5, 5.5], color=GREY, linestyle="--", linewidth=1.2)

    def draw(self, ax):
        for (start, way, side), shares in self.shares.items():
            (down, color, marker), shift = LOOKS[side], STARTS.index(start) * PANEL
            y, look = ROWS.index(way) + down, {"color": color, "marker": marker, "linestyle": ""}
            ax.plot(shift + shares, [y] * len(shares), markersize=5, alpha=0.45, **look)
            ax.plot([shift + shares.mean()], [y], markersize=10, **look)
            write(ax, shift + 1.1, y, f"{shares.mean():.2f}", SMALL, color, weight="bold")
        for side, (down, color, marker) in LOOKS.items():
            ax.plot([-0.23], [-1.3 + 2 * down], color=color, marker=marker, markersize=9, clip_on=False)
            write(ax, -0.19, -1.3 + 2 * down, f"padding on the {side}", SMALL, color, ha="left")

    def says(self):
        said = "Mean share of right answers, padded left and right."
        for start in STARTS:
            means = [[f"{self.shares[start, way, side].mean():.2f}" for side in LOOKS] for way in ("flag", FIRST)]
            said += f" {start}’s start: flag {' and '.join(means[0])}, {FIRST} {' and '.join(means[1])}."
        return f"{said} Always “above 0”: {ALWAYS:.2f}."


def side_by_side():
    """All nets that are stored after 300 batches, both starts in one picture."""
    shares = {}
    for row in recall.stored(batches=300):
        shares.setdefault((row.start, row.way, row.side), []).append(row.accuracy)
    return SideBySide({key: np.array(every) for key, every in shares.items()})


# --- the exercise -----------------------------------------------------------------------------------------------------


def by_series(loss, mask):
    return np.where(mask, loss, 0).sum(axis=1) / mask.sum(axis=1)


REAL = np.array([[1, 1, 1, 1, 0], [0, 0, 0, 1, 1], [1, 0, 0, 0, 0]], dtype=bool)
LOSS = np.array([[1, 2, 4, 8, np.nan], [np.nan, np.nan, 6.5, 3, 9], [5, np.nan, 6.5, np.nan, np.nan]])

check_mean_of_series = check(
    lambda loss, mask: by_series(loss, mask).mean(),
    {
        "Here each step weighs the same, and a long series more than a short one. First the mean of each series.": (
            lambda loss, mask: loss[mask].mean()
        ),
        "You divided by T: padding counts as perfect. Divide each sum by the real steps of its series.": (
            lambda loss, mask: np.where(mask, loss, 0).mean()
        ),
        "These are the means of the series. Now their mean.": by_series,
        "You left out what is NaN. Padding may hold numbers, too: ask the mask.": (
            lambda loss, mask: np.nanmean(loss, axis=1).mean()
        ),
    },
    (LOSS, REAL),
    (np.where(REAL, LOSS, 6.5)[:2, :4], REAL[:2, :4]),
    right="Right: each series counts once, however long, and what the padding holds is not read.",
    otherwise="If it is NaN, the padding was read: 0 times NaN is NaN. Choose real steps, series by series.",
    unset="Nothing to check yet: return one number.",
)
