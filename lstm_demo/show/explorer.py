"""An explorer: one declaration of domains is its controls, what it refuses, and what it can be tried on."""

import asyncio
import functools
import inspect

import ipywidgets as widgets
import numpy as np

from .controls import MOST_BUTTONS, Text, Time, control, inside
from .picture import DRAWING, drawn, own, spoken
from .style import STYLE

KEPT = 200  # drawn settings of each explorer
IDLE = 0.05  # seconds of silence before a neighbour is drawn


def explorer(off=lambda **values: (), **domains):
    """Declare the domain of each argument of a function that returns a Picture: its controls, what it refuses.

    A range, or a tuple of values: up to nine are buttons, more are a slider; (False, True) is a box to tick;
    Text and Time as above. `off(**values)` names the controls that change nothing beside these values.
    The function gets `.explore()`, `.domains`, `.settled(*values)` and `.drawn(*values)`, which keeps the last 200.
    """

    def of(compute):
        signature = inspect.signature(compute)

        def settled(*given, **named):
            """{argument: value}, each of its domain, or a refusal by name."""
            bound = signature.bind(*given, **named)
            bound.apply_defaults()
            values = {name: v.item() if isinstance(v, np.generic) else v for name, v in bound.arguments.items()}
            for name, domain in domains.items():
                values[name] = inside(name, domain, values)
            return values

        @functools.wraps(compute)
        def checked(*given, **named):
            return compute(**settled(*given, **named))

        checked.drawn = functools.lru_cache(KEPT)(lambda *values: drawn(compute(*values)))
        checked.domains, checked.off, checked.settled = domains, off, settled
        checked.explore = lambda **values: Explorer(checked, settled(**values))
        return checked

    return of


class Explorer(widgets.VBox):
    """Controls, one labelled row each, above the picture of their values and its sentence."""

    def __init__(self, of, values):
        self.of, self.own, self.shown_at = of, own(), None
        self.controls = {name: control(name, domain, values) for name, domain in of.domains.items()}
        self.picture = widgets.HTML().add_class("lstm-picture")
        self.sentence = widgets.HTML().add_class("lstm-sentence")
        super().__init__([widgets.HTML(STYLE), *self.controls.values(), self.picture, self.sentence])
        self.add_class("lstm-explorer")
        self.loop = _running_loop()
        for one in self.controls.values():
            one.observe(self._changed, "value")
        self._changed()

    def values(self):
        return {name: one.value for name, one in self.controls.items()}

    def _changed(self, _change=None):
        """Show the values as they are once it is our turn: whatever thread comes last, it shows the latest."""
        with DRAWING:
            self._end_of_time()
            values = self.values()
            if tuple(values.values()) != self.shown_at:
                self._show(values)

    def _end_of_time(self):
        for name, domain in self.of.domains.items():
            if isinstance(domain, Time):
                self.controls[name].end(domain.end(self.values(), name))

    def _show(self, values):
        """A failure is said in the picture's place, and raised for whoever watches."""
        off = self.of.off(**values)
        for name, one in self.controls.items():
            one.disabled = name in off
        self.shown_at = tuple(values.values())
        try:
            picture = self.of.drawn(*self.shown_at)
        except Exception as error:
            self.picture.value = ""  # an old picture under a new setting would lie
            self.sentence.value = spoken(f"Error: this could not be drawn ({error}). Set the control back.")
            raise
        self.picture.value, self.sentence.value = picture.svg(self.own), spoken(picture.sentence)
        if self.loop and not self.loop.is_closed():
            self.loop.call_soon_threadsafe(self._wait, self.shown_at, self._neighbours(values))

    def _neighbours(self, values):
        """The settings that one key leads to."""
        for name, domain in self.of.domains.items():
            if isinstance(domain, Time):
                near = [n for n in (values[name] + 1, values[name] - 1, 0) if 0 <= n <= self.controls[name].last]
            elif isinstance(domain, Text):
                near = []
            elif len(domain) <= MOST_BUTTONS:
                near = domain
            else:
                at = domain.index(values[name])
                near = [domain[k] for k in (at + 1, at - 1) if 0 <= k < len(domain)]
            yield from (tuple((values | {name: n}).values()) for n in near)

    def _wait(self, shown, ahead):
        due = self.loop.time() + IDLE
        self.loop.call_later(IDLE, self._draw_one, shown, ahead, due)

    def _draw_one(self, shown, ahead, due):
        """Draw one neighbour and wait again; none where the loop comes late, as it does behind a cell that runs."""
        if shown != self.shown_at:
            return
        if self.loop.time() < due + IDLE and DRAWING.acquire(blocking=False):
            try:
                self.of.drawn(*next(ahead))
            except StopIteration:
                return
            except Exception:  # it is raised once somebody asks for it
                pass
            finally:
                DRAWING.release()
        self._wait(shown, ahead)


def _running_loop():
    """The loop on which a kernel answers, or None: a script has none."""
    try:
        return asyncio.get_running_loop()
    except RuntimeError:
        return None
