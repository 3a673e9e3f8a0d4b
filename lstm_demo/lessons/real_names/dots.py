"""What came out for each seed, as dots beside their mean."""

from dataclasses import dataclass

import numpy as np

from ...marks import BLUE, FAINT, GREY, LARGE, ORANGE, SMALL, TEXT, write
from ...show import Picture

LOOKS = ({"color": BLUE, "marker": "o"}, {"color": ORANGE, "marker": "s"})


@dataclass(frozen=True)
class Dots(Picture):
    """A row for each thing that was trained, {(name, group): values}; two groups, each with a shape of its own."""

    title: str
    rows: dict
    groups: tuple
    unit: str
    ticks: tuple

    left, wide, top, pitch = 212, 330, 74, 30  # points

    foot = property(lambda self: self.top + self.pitch * len(self.rows))
    size = property(lambda self: (9.0, (self.foot + 50) / 72))

    def axes(self, ax):
        ax.set(xlim=(0, 648), ylim=(72 * self.size[1], 0))
        ax.set_axis_off()
        write(ax, 6, 16, self.title, LARGE, ha="left")
        for tick in self.ticks:
            ax.plot([self.x(tick)] * 2, [self.top, self.foot], color=FAINT, linewidth=0.8)
            write(ax, self.x(tick), self.foot + 14, f"{tick:g}", SMALL, GREY)
        write(ax, self.left + self.wide / 2, self.foot + 36, self.unit, SMALL, GREY)
        write(ax, 642, 48, "mean", SMALL, GREY, ha="right")
        for k, (group, look) in enumerate(zip(self.groups, LOOKS, strict=True)):
            ax.plot([self.left + k * self.wide / 2], [48], markersize=9, **look)
            write(ax, self.left + k * self.wide / 2 + 12, 48, group, TEXT, ha="left")

    def x(self, value):
        return self.left + self.wide * (np.asarray(value) - self.ticks[0]) / (self.ticks[-1] - self.ticks[0])

    def draw(self, ax):
        for k, ((name, group), values) in enumerate(self.rows.items()):
            y = self.top + self.pitch * (k + 0.5)
            write(ax, self.left - 12, y, name, ha="right")
            look = LOOKS[self.groups.index(group)]
            ax.plot(self.x(values), [y] * len(values), linestyle="", markersize=9, alpha=0.7, **look)
            write(ax, 642, y, f"{np.mean(values):.2f}", ha="right", weight="bold")

    def says(self):
        rows = (f"{name}, {group}, {np.mean(values):.2f}" for (name, group), values in self.rows.items())
        return f"{self.title}. In {self.unit}, the mean over seeds: {'; '.join(rows)}."
