"""Typing a name: the posterior over its categories unfolds letter by letter, served by a stateful LSTM."""

import ipywidgets as widgets
import numpy as np

from ..plots import Typed, describe_typed, draw_typed
from ..refusal import kind
from ..series import ALPHABET, CATEGORIES, encode
from .frame import Explorer


class _Typist:
    """Reads what is typed. Letters that are added are read on from the state that is kept; else all is read again."""

    def __init__(self, net):
        from ..names import NameReader  # only here: the other explorers do without torch

        self.reader, self.read, self.rows = NameReader(net), "", []

    def __call__(self, text):
        kind("text", text, str, "give the letters of a name")
        known, left_out = sifted(text)
        if not known.startswith(self.read):
            self.reader.forget()
            self.read, self.rows = "", []
        for code in encode(known[len(self.read) :]) if known != self.read else ():
            posterior = self.reader.read(code)
            self.rows.append((posterior.numpy(), self.reader.h.numpy()))
        self.read = known
        empty = np.zeros((0, len(CATEGORIES))), np.zeros((0, len(self.reader.h)))
        posterior, h = map(np.array, zip(*self.rows, strict=True)) if self.rows else empty
        return Typed(known, left_out, CATEGORIES, posterior, h)


def sifted(text):
    """What of a typed text a net can read, in capitals, and the characters that it cannot."""
    known = "".join(letter for letter in text.upper() if letter in ALPHABET)
    return known, "".join(letter for letter in text.upper() if letter not in ALPHABET)


def typed(net, text):
    """The Typed of a text that a trained NameNet reads from its first letter on."""
    return _Typist(net)(text)


def explore_typing(net, text="LATIN SMALL"):
    """Type a name, delete, paste: after every letter the net says which category the character may have."""
    typist, wide = _Typist(net), {"description_width": "initial"}
    kind("text", text, str, "give the letters of a name")
    box = widgets.Text(text, description="type a name", style=wide, layout={"width": "95%"}, continuous_update=True)
    units = net.rnn.lstm.hidden_size
    return Explorer({"text": box}, typist, lambda ax: draw_typed(ax, CATEGORIES, units), describe_typed, (9.0, 5.6))
