"""The frame of every explorer: labelled controls, a pure function of their values, one picture, one sentence."""

import html
from typing import NamedTuple

import ipywidgets as widgets

from ..plots.picture import DRAWING, Picture


class Shown(NamedTuple):
    """What an explorer shows for one setting of its controls."""

    png: bytes
    sentence: str


class Explorer(widgets.VBox):
    """Controls above a picture and a sentence; any change of a control shows the picture for the new values.

    controls  {name: widget}, the first is the one that a lesson speaks of
    compute   compute(**values) -> data, pure: no training, no drawing
    draw      draw(ax) -> update(data), as in lstm_demo.plots
    describe  describe(data) -> sentence
    size      of the picture, in inches
    idle      idle(values) -> names of the controls that change nothing beside these values: they are switched off
    beside    widgets that stand beside the controls and drive them, such as a Play that is linked to a slider
    """

    def __init__(self, controls, compute, draw, describe, size=(9.0, 3.6), idle=lambda values: (), *, beside=()):
        self.controls, self.idle, self._compute, self._describe = controls, idle, compute, describe
        self._picture = Picture(draw, size)
        # An Image can have no alternative text, and a tooltip breaks its view (ipywidgets 8.1.9): hence the sentence.
        self._image = widgets.Image(format="png", layout={"width": "100%", "max_width": f"{110 * size[0]:.0f}px"})
        self._sentence = widgets.HTML().add_class("lstm-sentence")
        for control in controls.values():
            control.observe(self._changed, "value")
        row = widgets.HBox([*controls.values(), *beside], layout={"flex_flow": "row wrap"})
        super().__init__([row, self._image, self._sentence])
        self.add_class("lstm-explorer")
        self._changed()

    def shown(self, **values):
        """The picture and the sentence for these values of the controls; those left out stay as they are set."""
        with DRAWING:
            data = self._compute(**self._values() | values)
            return Shown(self._picture.png(data), self._describe(data))

    def _values(self):
        return {name: control.value for name, control in self.controls.items()}

    def _changed(self, _change=None):
        """Show the values as they are once it is our turn: whatever thread comes last, it shows the latest."""
        with DRAWING:
            self._show()

    def _show(self):
        """Show the current values; a failure is said in the sentence's place, and raised for whoever watches."""
        idle = self.idle(self._values())
        for name, control in self.controls.items():
            control.disabled = name in idle
        try:
            self._image.value, sentence = self.shown()
        except Exception as error:
            self._image.layout.visibility = "hidden"  # an old picture under a new setting would lie
            self._sentence.value = spoken(f"Error: this could not be drawn ({error}). Set the control back.")
            raise
        self._image.layout.visibility = "visible"
        self._sentence.value = spoken(sentence)


def spoken(sentence):
    """The sentence as HTML, marked for screen readers as text that changes; what a reader typed is escaped."""
    style = "font-size: 1.25em; line-height: 1.4; max-width: 60em"
    return f'<div role="status" aria-live="polite" style="{style}">{html.escape(sentence)}</div>'
