"""The ledger: cut a long grid into windows, hand the state on or not, and see who owns it."""

import ipywidgets as widgets

from ..layout import Layout, back_to_back, ledger
from ..plots import Book, describe_ledger, draw_ledger
from ..refusal import flag, kind, refusal, whole
from .controls import control
from .frame import Explorer


def book_of(layout, width, carry=True, detach=True, words=None):
    """The Book of a layout cut into windows of `width` steps, the state carried or not, its gradient cut or not.

    words  (B, T) what stands in each real step; left out, the letter of its series
    """
    for name, told in (("carry", carry), ("detach", detach)):
        flag(name, told, "say whether")
    windows = kind("layout", layout, Layout, "lay the series first, as with pad_left").windows(width)
    how = "the state not carried" if not carry else f"the state carried, its gradient {'cut' if detach else 'kept'}"
    return Book(f"Windows of {width}, {how}", windows, ledger(windows, carry, detach), words)


def explore_ledger(lengths=(6, 3, 4, 2), lanes=2, narrowest=2):
    """Change the width of the windows, carry the state or not, cut its gradient or not.

    lengths    of series laid back to back in `lanes` lanes
    narrowest  window that the control offers
    """
    layout = back_to_back(lengths, lanes)
    most = layout.mask.shape[1]
    if (narrowest := whole("narrowest", narrowest, at_least=1)) > most:
        raise refusal("narrowest", f"at most the {most} steps of the grid", narrowest, "give a smaller one")
    controls = {
        "width": control("window", range(narrowest, most + 1), max(narrowest, min(4, most))),
        "carry": widgets.Checkbox(True, description="carry the state", indent=False),
        "detach": widgets.Checkbox(True, description="cut the gradient", indent=False),
    }
    corners = [book_of(layout, narrowest), book_of(layout, most)]
    return Explorer(
        controls,
        lambda width, carry, detach: book_of(layout, width, carry, detach),
        lambda ax: draw_ledger(ax, corners),
        describe_ledger,
        (9.0, 1.3 + 0.6 * lanes),
        lambda values: () if values["carry"] else {"detach"},
    )
