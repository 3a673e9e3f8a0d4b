"""12: an LSTM beside plain opponents: on toys whose right answer is known, and on spoken vowels."""

from dataclasses import dataclass
from functools import cache

import numpy as np
import torch
from torch import nn

from ..check import check
from ..keep import light
from ..layout import pad_right
from ..marks import GREY, HIDDEN, INK, LARGE, SMALL, TEXT, WRONG, write
from ..series import japanese_vowels
from ..show import Dots, Picture, explorer
from ..table import table

# --- a forecast beside the one that repeats the last value ------------------------------------------------------------

STEPS, BACK = 60, 8  # of a series; values that least squares may use
KINDS = "random walk", "noisy wave"
LAST, FITTED = FORECASTERS = ("the last value", "least squares on 8 values")


def toy(kind, count, seed):
    """(count, 60): a walk whose steps have spread 1, or a wave of 12 steps with noise of spread 0.5 on it."""
    rng = np.random.default_rng(seed)
    noise = rng.standard_normal((count, STEPS))
    wave = 3 * np.sin(2 * np.pi * (np.arange(STEPS) / 12 + rng.random((count, 1))))
    return np.cumsum(noise, axis=1) if kind == "random walk" else wave + 0.5 * noise


def forecasts(kind, by, ahead):
    """Of 200 series that nobody has fitted: truth, and what was said of it so many steps before, (200, steps) each."""
    fit, new = (np.lib.stride_tricks.sliding_window_view(toy(kind, 200, seed), BACK, axis=1) for seed in (0, 1))
    weights = np.eye(BACK)[-1]
    if by == FITTED:
        weights = np.linalg.lstsq(fit[:, :-ahead].reshape(-1, BACK), fit[:, ahead:, -1].ravel(), rcond=None)[0]
    return new[:, ahead:, -1], new[:, :-ahead] @ weights


def late_by(truth, said):
    """How many steps, 0 to 11, a forecast has to be moved back in time to lie on the truth as well as it can."""
    end = truth.shape[1]
    return int(np.argmin([np.square(said[:, 12:] - truth[:, 12 - k : end - k]).mean() for k in range(12)]))


@dataclass(frozen=True)
class Late(Picture):
    """A series and what was said of it some steps before, and `late`, by how many the forecasts of all 200 are late."""

    title: str
    made: str
    worth: str
    truth: np.ndarray
    said: np.ndarray
    late: int
    size, place = (9.0, 4.4), (0.07, 0.16, 0.9, 0.6)

    def axes(self, ax):
        ax.set(xlim=(-0.5, len(self.truth) - 0.5), ylim=(-7.5, 7.5), yticks=(-5, 0, 5))
        ax.tick_params(labelsize=SMALL)
        ax.spines[["top", "right"]].set_visible(False)
        write(ax, len(self.truth) / 2, -10.3, "step")

    def draw(self, ax):
        write(ax, -3.2, 12.6, self.title, LARGE, ha="left")
        write(ax, -3.2, 10.3, "— truth", TEXT, INK, "left", weight="bold")
        write(ax, 4, 10.3, f"- - forecast, {self.made}", TEXT, HIDDEN, "left", weight="bold")
        write(ax, -3.2, 8.4, self.worth, TEXT, GREY, "left")
        ax.plot(self.truth, color=INK, linewidth=2.5)
        ax.plot(self.said, color=HIDDEN, linewidth=2.5, linestyle=(0, (2, 1.2)))
        top = int(np.argmax(self.truth[:-12]))
        if self.late:
            ends = {"xy": (top + self.late, self.truth[top]), "xytext": (top, self.truth[top])}
            ax.annotate("", **ends, arrowprops={"arrowstyle": "-|>", "color": WRONG, "linewidth": 2.5})

    def says(self):
        return f"{self.title}, {self.made}. Over 200 series: {self.worth}."


@explorer(series=KINDS, by=FORECASTERS, ahead=range(1, 9))
def late(series=KINDS[0], by=LAST, ahead=3):
    """A series and its forecast, so many steps ahead."""
    truth, said = forecasts(series, by, ahead)
    error, of_last = (np.square(truth - one).mean() for one in (said, forecasts(series, LAST, ahead)[1]))
    shift = late_by(truth, said)
    title = f"{series.capitalize()}, forecast by {by}: {f'{steps(shift)} late' if shift else 'on time'}"
    worth = f"mean squared error {error:.2f}, that of the last value {of_last:.2f}"
    return Late(title, f"made {steps(ahead)} before", worth, truth[75, :44], said[75, :44], shift)


def steps(count):
    return f"{count} step" if count == 1 else f"{count} steps"


def skill(truth, said, ahead, back=None):
    """1 minus the squared error of a forecast over that of the value `back` steps before, which `ahead` steps is."""
    repeated = truth[ahead - (back or ahead) : len(truth) - (back or ahead)]
    return 1 - np.square(truth - said)[ahead:].mean() / np.square(truth[ahead:] - repeated).mean()


check_skill = check(
    skill,
    {
        "Your opponent knows the value one step before. It has to look as far ahead as you do.": (
            lambda truth, said, ahead: skill(truth, said, ahead, back=1)
        ),
        "Your opponent says the mean of all: that is R², near 1 for a walk that nobody can forecast.": (
            lambda truth, said, ahead: 1 - np.square(truth - said)[ahead:].mean() / truth[ahead:].var()
        ),
        "Take this from 1: no better than the last value is a skill of 0.": lambda *given: 1 - skill(*given),
        "Upside down: your own error goes above the line.": lambda *given: 1 - 1 / (1 - skill(*given)),
        "You moved the forecast: said[t] is of truth[t] already.": (
            lambda truth, said, ahead: skill(truth, np.roll(said, -ahead), ahead)
        ),
    },
    (np.array([3.0, 1, 4, 1, 5, 9, 2, 6]), np.array([0.0, 0, 0, 2, 4, 7, 3, 5]), 3),
    (np.array([2.0, 7, 1, 8, 2, 8]), np.array([0.0, 6, 2, 5, 4, 6]), 1),
    right="Right: 1 is perfect, 0 no better than the last value, below 0 worse.",
    otherwise="Two mean squared errors, both from step `ahead` on; 1 minus their ratio.",
)


def readings(count, seed, minutes=20):
    """A yes (1) or no (0) each minute, four of ten lost: values, seen, minutes since a yes was seen, (count,)."""
    rng = np.random.default_rng(seed)
    values, seen = (rng.random((count, minutes)) < 0.25).astype(float), rng.random((count, minutes)) < 0.6
    values[:, 0], seen[:, [0, -1]] = 1, True
    return values, seen, np.argmax((values * seen)[:, ::-1], axis=1).astype(float)


# --- who is speaking: the nets and their plain opponents on the vowels ------------------------------------------------


@cache
def vowels(each=30):
    """((series, speakers) to learn from, the same to be asked), in the spread of the first; `each` of a speaker."""
    series, speakers, training = japanese_vowels()
    known = np.concatenate([np.flatnonzero(training & (speakers == k))[:each] for k in range(9)])
    steps = np.concatenate([series[k] for k in known])
    scaled = [(one - steps.mean(axis=0)) / steps.std(axis=0) for one in series]
    return [([scaled[k] for k in side], speakers[side]) for side in (known, np.flatnonzero(~training))]


def laid(series):
    """Padded on the right: x (B, T, 12) float32 and its mask (B, T)."""
    layout = pad_right([len(one) for one in series])
    return torch.tensor(layout.lay(series), dtype=torch.float32), torch.tensor(layout.mask)


NETS = {
    "LSTM: last step": (nn.LSTM, "last step"),
    "LSTM: mean over steps": (nn.LSTM, "mean"),
    "LSTM: attention": (nn.LSTM, "attention"),
    "GRU: last step": (nn.GRU, "last step"),
}


class VowelNet(nn.Module):
    """x (B, T, 12) and its mask -> a number a speaker, (B, 9), from what is read off h in one of three ways."""

    def __init__(self, kind, read, units=64):
        super().__init__()
        self.recurrent, self.read = kind(12, units, batch_first=True), read
        self.score, self.head = nn.Linear(units, 1), nn.Linear(units, 9)

    def forward(self, x, mask):
        h = nn.functional.dropout(self.recurrent(x)[0], 0.3, self.training)
        return self.head(read_off(h, mask, self.read, self.score))


def read_off(h, mask, read, score=None):
    """(B, H) from h (B, T, H): that of the last real step, or a weighted sum, which with equal scores is the mean."""
    if read == "last step":
        return h[torch.arange(len(h)), mask.sum(dim=1) - 1]
    scores = score(h)[..., 0] if read == "attention" else torch.zeros(mask.shape)
    weights = scores.masked_fill(~mask, -torch.inf).softmax(dim=1)
    return (weights[..., None] * h).sum(dim=1)


LEFT_OUT, READ = PADDINGS = ("left out", "read")
EACH = (5, 10, 30)


@cache
def trained(model, padding=LEFT_OUT, each=30, seed=0, batches=250):
    """A net after batches of 32 utterances, with noise on each number and a learning rate that falls to zero."""
    (known, speakers), _ = vowels(each)
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        net, truth, (x, mask) = VowelNet(*NETS[model]), torch.tensor(speakers), laid(known)
        adam = light(torch.optim.Adam)(net.parameters())
        for k in range(batches):
            adam.param_groups[0]["lr"] = 0.01 * (1 - k / batches)
            drawn = torch.randint(len(x), (32,))
            noisy, read = x[drawn] + 0.5 * torch.randn_like(x[drawn]), mask[drawn] | (padding == READ)
            loss = nn.functional.cross_entropy(net(noisy, read), truth[drawn])
            adam.zero_grad()
            loss.backward()
            adam.step()
    return net.eval()


def named(net, series, padding=LEFT_OUT):
    """(N,) the speakers that a net names, all series in one padded batch."""
    x, mask = laid(series)
    with torch.no_grad():
        return net(x, mask | (padding == READ)).argmax(dim=1).numpy()


def thirds(one):
    """The means of the first, the second and the last third of a series, one behind the other."""
    return np.concatenate([part.mean(axis=0) for part in np.array_split(one, 3)])


def regression(features, known, speakers, asked):
    """The speakers that a logistic regression names, as scikit-learn comes, from so many numbers a series."""
    from sklearn.linear_model import LogisticRegression

    model = LogisticRegression(max_iter=1000).fit([features(one) for one in known], speakers)
    return model.predict([features(one) for one in asked])


def nearest(known, speakers, asked):
    """That of the series which is nearest where time may stretch (H. Sakoe, S. Chiba, 1978)."""
    return np.array([speakers[np.argmin(warped(one, known))] for one in asked])


def warped(one, others):
    """(N,) squared distances between one series and each other, summed along the best way through both."""
    lengths = np.array([len(other) for other in others])
    cost = np.square(pad_right(lengths).lay(others)[:, None] - one[None, :, None]).sum(axis=-1)  # (N, n, T)
    row = np.cumsum(cost[:, 0], axis=1)
    for costs in np.moveaxis(cost[:, 1:], 1, 0):
        before, row = row, np.empty_like(row)
        row[:, 0] = before[:, 0] + costs[:, 0]
        for t in range(1, row.shape[1]):
            row[:, t] = costs[:, t] + np.minimum(np.minimum(before[:, t], before[:, t - 1]), row[:, t - 1])
    return row[np.arange(len(others)), lengths - 1]


PLAIN = {
    "regression on the mean": lambda *given: regression(lambda one: one.mean(axis=0), *given),
    "regression on three means": lambda *given: regression(thirds, *given),
    "nearest in warped time": nearest,
}


@table(
    "vowel_scores.csv",
    {"model": [*PLAIN], "padding": [LEFT_OUT], "each": EACH, "seed": [0]},
    {"model": [*NETS], "padding": PADDINGS, "each": EACH, "seed": range(5)},
    quick={"each": 5},
)
def score(model, padding, each, seed):
    """How many of 370 speakers are named wrong."""
    (known, speakers), (asked, truth) = vowels(each)
    if model in PLAIN:
        said = PLAIN[model](known, speakers, asked)
    else:
        said = named(trained(model, padding, each, seed), asked, padding)
    return {"wrong": int((said != truth).sum())}


@explorer(utterances=EACH, padding=PADDINGS)
def scores(utterances=30, padding=LEFT_OUT):
    """Mistakes of nets and opponents, from data/vowel_scores.csv: a dot a seed, padding left out or read."""
    wrong = {("Kudo and others, 1999", "plain"): [22]} if utterances == EACH[-1] else {}
    rows = score.stored(each=utterances)
    for row in rows:
        if row.model in PLAIN or row.padding == padding:
            wrong.setdefault((row.model, "net" if row.model in NETS else "plain"), []).append(row.wrong)
    fewest_first = dict(sorted(wrong.items(), key=lambda one: np.mean(one[1])))
    title = f"{utterances} utterances a speaker to learn from, padding {padding}"
    most = max(row.wrong for row in rows)
    ticks = tuple(range(0, int(most) + 20, 20))
    return Dots(title, fewest_first, ("net", "plain"), "mistakes among 370 utterances", ticks)
