"""Domains, and the control of each: every value is reached by mouse and by keyboard, wherever a lesson is read."""

from collections.abc import Callable
from typing import NamedTuple

import ipywidgets as widgets
from traitlets import Bool, Int, link

from ..refusal import kind, refusal, short

MOST_BUTTONS = 9  # values of one control; more become a slider


class Text(NamedTuple):
    """Any text may be typed. Samples stand for all of them in tests; a page without a kernel has those `offered`."""

    samples: tuple
    offered: tuple = ()  # else the first two samples


class Time(NamedTuple):
    """0, 1, ... to last(**the other values): it can be played. An argument that is left out, None, is the end."""

    last: Callable

    def end(self, values, name):
        """Where the time of that name ends beside the other values."""
        return self.last(**{other: value for other, value in values.items() if other != name})


def inside(name, domain, values):
    value = values[name]
    if isinstance(domain, Text):
        return kind(name, value, str, "type a text")
    if isinstance(domain, Time):
        last = domain.end(values, name)
        if value is None:
            return last
        domain = range(last + 1)
    if not any(type(value) is type(option) and value == option for option in domain):
        long = len(domain) > (4 if isinstance(domain, range) else MOST_BUTTONS)
        listed = [*domain[:2], "...", domain[-1]] if long else map(repr, domain)
        raise refusal(name, f"one of {', '.join(map(str, listed))}", short(value), "take one of them")
    return value


def control(name, domain, values):
    """The widget for a domain, at its value among all; it has a `value`, and its label is as large as the sentence."""
    value, label, style = values[name], name.replace("_", " "), {"description_width": "initial"}
    if isinstance(domain, Text):
        return widgets.Text(value, description=label, continuous_update=True, layout={"width": "30em"}, style=style)
    if isinstance(domain, Time):
        return Player(label, value, domain.end(values, name))
    if tuple(domain) == (False, True):
        return widgets.Checkbox(value, description=label, indent=False)
    if len(domain) <= MOST_BUTTONS:
        return widgets.ToggleButtons(
            options=[*domain], value=value, description=label, style=style | {"button_width": "auto"}
        )
    if isinstance(domain, tuple):
        return widgets.SelectionSlider(options=domain, value=value, description=label, style=style)
    least, most = domain[0], domain[-1]
    return widgets.IntSlider(value, least, most, step=domain.step, description=label, style=style)


class Player(widgets.HBox):
    """Time as three named buttons, which a keyboard reaches too. The clock of ipywidgets has none: it stays hidden."""

    value, last, disabled = Int(), Int(), Bool()

    def __init__(self, name, value, last):
        self.clock = widgets.Play(value, 0, last, interval=700, layout={"display": "none"})
        words = {"play": "▶ Play", "back": "◀ Back", "on": "Step ▶"}
        self.buttons = {key: widgets.Button(description=text) for key, text in words.items()}
        self.buttons["play"].on_click(lambda _: self._turn(not self.clock.playing))
        self.buttons["back"].on_click(lambda _: self._go(-1))
        self.buttons["on"].on_click(lambda _: self._go(1))
        super().__init__([widgets.Label(name), *self.buttons.values(), self.clock], layout={"flex_flow": "row wrap"})
        link((self.clock, "value"), (self, "value"))
        link((self.clock, "max"), (self, "last"))
        self.clock.observe(self._say, ["value", "playing", "max"])
        self.observe(self._say, "disabled")
        self._say()

    def end(self, last):
        """Let time end at `last`: it goes there with the end, or stays where it stands."""
        at = last if self.value >= self.last else min(self.value, last)
        with self.clock.hold_trait_notifications():
            self.clock.max, self.clock.value = last, at

    def _turn(self, playing):
        self.clock.playing = playing

    def _go(self, by):
        self._turn(False)
        self.value = min(max(self.value + by, 0), self.last)

    def _say(self, _change=None):
        running = self.clock.playing and self.value < self.last
        self.buttons["play"].description = "❚❚ Pause" if running else "▶ Play"
        ends = {"play": None, "back": 0, "on": self.last}
        for key, end in ends.items():
            self.buttons[key].disabled = self.disabled or self.value == end
