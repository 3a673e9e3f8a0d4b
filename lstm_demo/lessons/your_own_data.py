"""11: who is speaking, after so many steps; and which rows of a table belong to one series."""

import functools
from dataclasses import dataclass

import numpy as np
import torch
from torch import nn

from ..cell import Params, run
from ..check import check
from ..marks import FAINT, GREY, INK, LARGE, SMALL, bar, here, verdict, write
from ..series import data_file, japanese_vowels
from ..show import Picture, Time, explorer
from ..torch_lstm import RaggedLSTM

COLUMNS, UNITS, SPEAKERS = 12, 32, 9
SHOWN = (439, 281, 277, 604, 301, 406)  # of the test: it changes its mind, twice, never; is late, is wrong; seven steps
ACROSS, DOWN, LEFT, TOP = 15, 29, 86, 56  # points: a step, a speaker, and what stands left of and above all
SEEN = 0.03  # a smaller share is not drawn


class SpeakerNet(nn.Module):
    """An LSTM in one direction; the mean over steps of its hidden states, and a layer that gives nine logits.

    mean, std  tensors (12,), of the steps that it is trained on; left out, nothing is scaled. They are buffers, so that
               they are saved with the weights: what is read later needs them
    """

    def __init__(self, mean=None, std=None, units=UNITS, drop=0.3):
        super().__init__()
        self.register_buffer("mean", torch.zeros(COLUMNS) if mean is None else mean)
        self.register_buffer("std", torch.ones(COLUMNS) if std is None else std)
        self.rnn = RaggedLSTM(COLUMNS, units)
        self.drop = nn.Dropout(drop)
        self.head = nn.Linear(units, SPEAKERS)

    def read(self, series, noise=0.0):
        """N tensors (n, 12), as they are measured, to N tensors (n, units) of h; noise is added to what is read."""
        scaled = [(one - self.mean) / self.std for one in series]
        return self.rnn([one + noise * torch.randn_like(one) for one in scaled])[0]

    def forward(self, series, noise=0.0):
        """The logits (N, 9)."""
        means = [h.mean(dim=0) for h in self.read(series, noise)]
        return self.head(self.drop(torch.stack(means)))


vowels = functools.cache(japanese_vowels)


@functools.cache
def stored():
    """(Params, head's weight and bias, mean, std) of data/vowel_net.npz, float64."""
    with np.load(data_file("vowel_net.npz"), allow_pickle=False) as file:
        kept = {name: file[name].astype(float) for name in file.files}
    lstm = [kept[f"rnn.lstm.{name}_l0"] for name in ("weight_ih", "weight_hh", "bias_ih", "bias_hh")]
    return Params(lstm[0], lstm[1], lstm[2] + lstm[3]), *(kept[n] for n in ("head.weight", "head.bias", "mean", "std"))


def posteriors(steps):
    """(n, 9) what the stored net says after each step of one utterance (n, 12): a softmax of the mean h so far."""
    params, weight, bias, mean, std = stored()
    h = run(params, (steps - mean)[None] / std).h[0]
    logits = (h.cumsum(axis=0) / np.arange(1, len(h) + 1)[:, None]) @ weight.T + bias
    shares = np.exp(logits - logits.max(axis=1, keepdims=True))
    return shares / shares.sum(axis=1, keepdims=True)


@dataclass(frozen=True)
class Who(Picture):
    """How sure a net is of each of nine speakers, after each step of one utterance, up to a moment in time.

    shares  (n, 9), each row sums to 1        speaker  who said it, 0..8        time  steps that have been read
    """

    utterance: int
    speaker: int
    shares: np.ndarray
    time: int

    size = 9.0, (TOP + SPEAKERS * DOWN + 30) / 72

    @property
    def guess(self):
        return int(self.shares[self.time - 1].argmax())

    def axes(self, ax):
        left, above = -LEFT / ACROSS, -TOP / DOWN
        ax.set(xlim=(left, left + 72 * self.size[0] / ACROSS), ylim=(above + 72 * self.size[1] / DOWN, above))
        ax.set_axis_off()
        write(ax, 0, SPEAKERS + 0.5, "step →", SMALL, GREY, ha="left")

    def draw(self, ax):
        left = 0.3 - LEFT / ACROSS
        write(ax, left, (14 - TOP) / DOWN, self.title(), LARGE, ha="left")
        write(ax, left, (38 - TOP) / DOWN, "A bar as high as its row is 100 %.", SMALL, GREY, ha="left")
        for k in range(SPEAKERS):
            self.draw_speaker(ax, k, left)
        if self.time:
            here(ax, self.time - 1, 0, SPEAKERS)

    def draw_speaker(self, ax, k, left):
        """A row: a bar for each step that was read, and at its end what they come to."""
        steps, speaks = len(self.shares), k == self.speaker
        font = {"size": SMALL, "color": INK if speaks else GREY, "weight": "bold" if speaks else "normal", "ha": "left"}
        write(ax, left, k + 0.55, f"speaker {k + 1}", **font)
        ax.plot([0, steps], [k + 1, k + 1], color=FAINT, linewidth=1)
        for t in range(self.time):
            if self.shares[t, k] >= SEEN:
                bar(ax, t, k + 1, 0.9 * self.shares[t, k], wrong=not speaks)
        now = self.shares[self.time - 1, k] if self.time else 1 / SPEAKERS
        said = f"{100 * now:.0f} %" if speaks or now >= SEEN else ""
        write(ax, steps + 0.5, k + 0.55, f"{said} ◀ speaks" if speaks else said, **font)

    def title(self):
        if not self.time:
            return "Nothing is read yet: one chance in nine"
        mark, _ = verdict(self.guess == self.speaker)
        return f"{mark} After step {self.time}: speaker {self.guess + 1}, {self.sure()} %"

    def sure(self):
        return f"{100 * self.shares[self.time - 1, self.guess]:.0f}"

    def says(self):
        said = f"Utterance {self.utterance}, by speaker {self.speaker + 1}, {len(self.shares)} steps: "
        if not self.time:
            return f"{said}nothing is read yet, and each of nine speakers has one chance in nine. Play."
        right = "right" if self.guess == self.speaker else "wrong"
        return f"{said}after step {self.time} the net says speaker {self.guess + 1}, {self.sure()} % sure: {right}."


def end(utterance):
    return len(vowels()[0][utterance])


@explorer(utterance=SHOWN, time=Time(end))
def who(utterance=SHOWN[0], time=None):
    """How sure the stored net is of each speaker, step by step; time None is the end."""
    series, speakers, _ = vowels()
    return Who(utterance, int(speakers[utterance]), posteriors(series[utterance]), time)


# --- the exercise -----------------------------------------------------------------------------------------------------


def starts(ids, times, limit):
    """(n,) bool: where a series begins, the first row left out."""
    return (np.diff(ids, prepend=ids[0]) != 0) | (np.diff(times, prepend=times[0]) > limit)


def numbered(ids, times, limit):
    return starts(ids, times, limit).cumsum()


def within_each(ids, times, limit):
    """Numbers that begin anew with each id, as a groupby of the ids alone gives them."""
    return np.concatenate([numbered(ids[ids == one], times[ids == one], limit) for one in dict.fromkeys(ids.tolist())])


check_numbered = check(
    numbered,
    {
        "The gaps count, but a new id does not: two devices would share a state.": (
            lambda ids, times, limit: (np.diff(times, prepend=times[0]) > limit).cumsum()
        ),
        "The ids count, but a gap does not: the state would run over hours of silence.": (
            lambda ids, times, limit: (np.diff(ids, prepend=ids[0]) != 0).cumsum()
        ),
        "These are the ids themselves.": lambda ids, times, limit: ids,
        "You marked where a series begins. Now count these marks, from the top down.": starts,
        "You begin a new series at a gap of exactly the limit; it is one only above.": (
            lambda ids, times, limit: numbered(ids, times, np.nextafter(limit, 0))
        ),
        "You count from 1; the first series is number 0.": lambda *given: numbered(*given) + 1,
        "Your numbers begin anew with each id, so that two series have one number.": within_each,
        "Turned round: a new series begins where the gap is short.": (
            lambda ids, times, limit: (
                (np.diff(ids, prepend=ids[0]) != 0) | (np.diff(times, prepend=times[0]) <= limit)
            ).cumsum()
        ),
    },
    (np.array([7, 7, 7, 7, 9, 9, 9]), np.array([0.0, 1, 2, 8, 3, 4, 9]), 5.0),
    (np.array([1, 1, 2, 2]), np.array([0.0, 20, 70, 130]), 30.0),
    (np.array([4, 4, 4]), np.array([0.0, 1, 2]), 1.0),
    right="Right: a new series begins with a new id and behind each long gap, and no number is used twice.",
    otherwise="Go down the rows: a number goes up by one where the id changes, or where time jumps by more than limit.",
    unset="Nothing to check yet: return one whole number for each row.",
)
