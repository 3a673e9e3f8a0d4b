"""A name as it is typed: what the net makes of it after each letter, and the hidden state below."""

from typing import NamedTuple

import numpy as np

from .language import GREY, INK, LARGE, SMALL, TEXT, counted
from .picture import axes, shows

SHOWN = 40  # letters; of a longer name the last ones
STATE_ROWS = 5  # as high as so many categories


class Typed(NamedTuple):
    """A name that was read letter by letter.

    letters    the n letters that were read
    left_out   characters that the net does not know and that were not read
    kinds      the K categories by name
    posterior  (n, K), how likely each is after each letter
    h          (n, H), the hidden state after each letter
    """

    letters: str
    left_out: str
    kinds: tuple[str, ...]
    posterior: np.ndarray
    h: np.ndarray


@shows(Typed)
def plot_typed(data, *, ax=None):
    """Draw a Typed. Returns the axes."""
    ax = axes(ax, (9.0, 5.6))
    draw_typed(ax, data.kinds, data.h.shape[1])(data)
    return ax


def draw_typed(ax, kinds, units):
    """Make the artists for these categories and so many units, and return update(data)."""
    top = len(kinds) + 1.2
    ax.set(xlim=(0, SHOWN + 4.5), ylim=(top + STATE_ROWS + 0.1, -1.4), xticks=[])
    ax.set_yticks([*np.arange(len(kinds)) + 0.5, top + STATE_ROWS / 2], [*kinds, f"h, {units} units"], fontsize=TEXT)
    ax.tick_params(length=0)
    ax.spines[:].set_visible(False)
    title = ax.set_title("", fontsize=LARGE, loc="left", color=INK, animated=True)
    likely = ax.imshow(_blank(len(kinds)), "Blues", vmin=0, vmax=1.25, **_placed(0, len(kinds)))
    state = ax.imshow(_blank(units), "PuOr", vmin=-1, vmax=1, **_placed(top, STATE_ROWS))
    (first,) = ax.plot([], [], "o", color=INK, markersize=6, animated=True)
    font = {"fontsize": SMALL, "color": INK, "ha": "center", "va": "center", "family": "monospace", "snap": True}
    letters = [ax.text(k + 0.5, -0.6, "", animated=True, **font) for k in range(SHOWN)]
    shares = [ax.text(SHOWN + 0.4, k + 0.5, "", fontsize=TEXT, va="center", animated=True) for k in range(len(kinds))]
    for edge in (0, len(kinds), top, top + STATE_ROWS):
        ax.plot([0, SHOWN], [edge, edge], color=GREY, linewidth=0.8, zorder=-1)

    def update(data):
        posterior, h = data.posterior[-SHOWN:], data.h[-SHOWN:]
        title.set_text(_title(data))
        likely.set_data(_columns(posterior, len(kinds)))
        state.set_data(_columns(h, units))
        first.set_data(np.arange(len(posterior)) + 0.5, posterior.argmax(axis=1) + 0.5 if len(posterior) else [])
        for text, letter in zip(letters, data.letters[-SHOWN:].ljust(SHOWN), strict=True):
            text.set_text("␣" if letter == " " and data.letters else letter.strip())
        for k, text in enumerate(shares):
            said = f"{100 * posterior[-1, k]:.0f} %" if len(posterior) else ""
            text.set(text=said, weight="bold" if len(posterior) and k == posterior[-1].argmax() else "normal")
        _trim(letters, len(posterior))

    return update


@shows(Typed)
def describe_typed(data):
    """The same in a sentence."""
    left_out = f" Not read, as the net knows only A to Z, digits, space and hyphen: {data.left_out}" * bool(
        data.left_out
    )
    if not data.letters:
        return f"Nothing is read yet: type the name of a character, letter by letter.{left_out}"
    first, second = np.argsort(-data.posterior[-1])[:2]
    said = f"{data.kinds[first]} {_percent(data, first)}, then {data.kinds[second]} {_percent(data, second)}"
    return f"After {counted(len(data.letters), 'letter')}, {data.letters!r}: {said}.{left_out}"


def _title(data):
    if not data.letters:
        return "Type a name"
    return f"After {counted(len(data.letters), 'letter')}: {data.kinds[data.posterior[-1].argmax()]}"


def _percent(data, kind):
    return f"{100 * data.posterior[-1, kind]:.0f} %"


def _trim(letters, count):
    """No mark for a space where no letter stands."""
    for text in letters[count:]:
        text.set_text("")


def _placed(top, height):
    return {"extent": (0, SHOWN, top + height, top), "aspect": "auto", "interpolation": "nearest", "animated": True}


def _blank(rows):
    return np.ma.masked_array(np.zeros((rows, SHOWN)), mask=True)


def _columns(values, rows):
    """(n, rows) as an image of SHOWN columns, those without a letter left blank."""
    image = _blank(rows)
    image[:, : len(values)] = values.T
    return image
