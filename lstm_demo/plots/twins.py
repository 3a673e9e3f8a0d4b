"""Twins: two series that differ in one step, what of them a model reads, and its two answers."""

from typing import NamedTuple

import numpy as np
from matplotlib.patches import Rectangle

from .language import BLUE, GREY, INK, LARGE, PALE, RED, SMALL, TEXT, counted, decimal
from .picture import axes, shows

HIGH, LOW, EDGE = 1.85, -2.4, 1.55  # of the picture, and of the ground behind; values lie between -1 and 1
ANSWERS = 1.3  # steps beyond the last one, where the answers stand
NAME = 0.3  # of the height, from a point to its letter
BETWEEN = 0.4  # of the height, between two lines of text
LOOKS = {
    "A": {"color": BLUE, "marker": "^", "linestyle": "-"},
    "B": {"color": RED, "marker": "v", "linestyle": "--"},
}


class Twins(NamedTuple):
    """Two series and what a model says of each.

    model    its name
    series   (2, T) values
    reads    how many of the last steps it reads, 1..T
    answers  (2,) one number a series
    """

    model: str
    series: np.ndarray
    reads: int
    answers: np.ndarray

    @property
    def back(self):
        """How many steps before the last one the series differ; where in several, the last of them."""
        differ = np.flatnonzero(self.series[0] != self.series[1])
        return self.series.shape[1] - 1 - int(differ[-1])

    @property
    def apart(self):
        """How far the two answers lie from each other."""
        return float(abs(self.answers[0] - self.answers[1]))


@shows(Twins)
def plot_twins(data, *, ax=None):
    """Draw Twins. Returns the axes."""
    ax = axes(ax, (9.0, 4.4))
    draw_twins(ax, data.series.shape[1])(data)
    return ax


def draw_twins(ax, steps):
    """Make the artists for series of so many steps, and return update(data)."""
    ax.set(xlim=(-0.7, steps + 4.1), ylim=(LOW, HIGH), xticks=range(steps), yticks=(-1, 0, 1))
    ax.set_xlabel("step", fontsize=TEXT, x=(steps / 2 + 0.2) / (steps + 4.8))
    ax.set_ylabel("value", fontsize=TEXT, y=-LOW / (HIGH - LOW))
    ax.tick_params(labelsize=SMALL)
    ax.spines[["top", "right"]].set_visible(False)
    title = ax.set_title("", fontsize=LARGE, loc="left", color=INK, animated=True)
    window, pair, answers = _Window(ax, steps), _Pair(ax, steps), _Answers(ax, steps)

    def update(data):
        title.set_text(data.model)
        window.show(data.reads)
        pair.show(data.series, data.back)
        answers.show(data.answers)

    return update


@shows(Twins)
def describe_twins(data):
    """The same in a sentence."""
    inside = "inside" if data.back < data.reads else "outside of"
    read = "one step" if data.reads == 1 else f"{data.reads} steps"
    a, b = _said(data.answers)
    same = f"the two answers are the same, {a}, to the last bit"
    apart = f"the two answers are {a} and {b}, apart by {_difference(data.apart)}"
    return f"{data.model}: {_where(data.back)}, {inside} the {read} it reads; {same if data.apart == 0 else apart}."


def _where(back):
    return "A and B differ in the last step" if back == 0 else f"A and B differ {counted(back, 'step')} back"


def _said(answers):
    """Two answers with as many digits as it takes to tell them apart, up to four."""
    digits = 2
    while answers[0] != answers[1] and digits < 4 and f"{answers[0]:.{digits}f}" == f"{answers[1]:.{digits}f}":
        digits += 1
    return [f"{round(float(a), digits) + 0.0:.{digits}f}" for a in answers]


def _difference(apart):
    return decimal(apart) if apart >= 0.1 else f"{apart:.1g}"


class _Window:
    """The ground behind the steps that are read, and how many they are."""

    def __init__(self, ax, steps):
        self.steps = steps
        look = {"facecolor": PALE, "edgecolor": GREY, "linewidth": 1.5, "zorder": 0, "animated": True}
        self.box = ax.add_patch(Rectangle((0, -EDGE), 1, 2 * EDGE, **look))
        self.text = ax.text(
            steps - 0.5, EDGE + 0.04, "", fontsize=TEXT, ha="right", va="bottom", color=INK, snap=True, animated=True
        )

    def show(self, reads):
        self.box.set_bounds(self.steps - reads - 0.5, -EDGE, reads, 2 * EDGE)
        self.text.set_text(f"reads {counted(reads, 'step') if reads < self.steps else f'all {reads} steps'}")


class _Pair:
    """Both series: dots where they are one, A and B where they differ, and how far back that is."""

    def __init__(self, ax, steps):
        self.steps = steps
        self.lines = [ax.plot([], [], **look, markersize=13, markevery=[], linewidth=2.5, animated=True)[0]
                      for look in LOOKS.values()]  # fmt: skip
        (self.dots,) = ax.plot([], [], color=INK, marker="o", markersize=7, linestyle="", zorder=3, animated=True)
        font = {"fontsize": TEXT, "weight": "bold", "ha": "center", "va": "center", "snap": True, "animated": True}
        self.names = [ax.text(0, 0, name, color=look["color"], **font) for name, look in LOOKS.items()]
        (self.reach,) = ax.plot([], [], color=INK, marker="|", markersize=10, linewidth=1.5, animated=True)
        self.text = ax.text(steps - 0.5, -2.2, "", fontsize=TEXT, ha="right", va="center", color=INK, animated=True)

    def show(self, series, back):
        at, differ = np.arange(self.steps), series[0] != series[1]
        place = self.steps - 1 - back
        for line, name, values in zip(self.lines, self.names, series, strict=True):
            line.set(data=(at, values), markevery=np.flatnonzero(differ).tolist())
            name.set_position((place, values[place] + NAME * np.sign(values[place] - series.mean(axis=0)[place])))
        self.dots.set_data(at[~differ], series[0][~differ])
        self.reach.set(data=([place, self.steps - 1], [-1.85] * 2), visible=back > 0)
        self.text.set_text(_where(back))


class _Answers:
    """The two answers beside the series, as points and as numbers; one number where they are the same."""

    def __init__(self, ax, steps):
        self.at = steps - 1 + ANSWERS + 0.3
        ax.text(self.at, EDGE + 0.04, "answers", fontsize=TEXT, color=INK, va="bottom")
        ax.axvline(steps - 0.1, color=GREY, linewidth=1, linestyle=":")
        self.points = [ax.plot([], [], **look, markersize=13, animated=True)[0] for look in LOOKS.values()]
        font = {"fontsize": TEXT, "weight": "bold", "va": "center", "animated": True}
        self.texts = [ax.text(0, 0, "", color=look["color"], **font) for look in LOOKS.values()]
        self.gap = ax.text(self.at, -2.2, "", fontsize=TEXT, weight="bold", va="center", color=INK, animated=True)

    def show(self, answers):
        same = answers[0] == answers[1]
        low, high = np.sort(answers)
        middle, half = (low + high) / 2, max(high - low, BETWEEN) / 2
        for k, (name, said) in enumerate(zip(LOOKS, _said(answers), strict=True)):
            self.points[k].set_data([self.at], [answers[k]])
            height = middle + half * (1 if answers[k] > answers[1 - k] else -1) if not same else middle
            text = f"both {said}" if same else f"{name} {said}"
            self.texts[k].set(position=(self.at + 0.45, height), text=text, visible=not (same and k))
        self.texts[0].set_color(INK if same else LOOKS["A"]["color"])
        self.gap.set_text("the same" if same else f"apart by {_difference(abs(answers[0] - answers[1]))}")
