"""A picture: a value that matplotlib draws as SVG, and that says itself in a sentence."""

import functools
import hashlib
import html
import io
import itertools
import re
import threading
from typing import NamedTuple

from matplotlib.backends.backend_svg import RendererSVG
from matplotlib.figure import Figure

from .style import STYLE

# Held by whoever draws or answers: JupyterLab delivers changes on several threads of a kernel at once.
DRAWING = threading.RLock()
_pages = itertools.count(1)


def own():
    """What the ids of one more picture begin with, so that no two of a page share one."""
    return f"lstm{next(_pages)}"


class Picture:
    """What a subclass, a frozen dataclass, draws: `axes(ax)` sets limits and labels, `draw(ax)` adds the content.

    `says()` is the same in a sentence. A picture shows itself in a notebook, as SVG above its sentence.
    """

    size, place = (9.0, 3.6), (0.0, 0.0, 1.0, 1.0)  # inches; left, bottom, width and height of the axes

    def axes(self, ax):
        """What stays while controls move: limits, ticks, labels."""

    def draw(self, ax):
        raise NotImplementedError

    def says(self):
        raise NotImplementedError

    def _repr_mimebundle_(self, **_):
        page = f'{STYLE}<div class="lstm-picture">{drawn(self).svg(own())}</div>{spoken(self.says())}'
        return {"text/html": page, "text/plain": self.says()}


class Drawn(NamedTuple):
    """A picture as text: a shell that stays while the controls move, a fragment that moves, and the sentence."""

    shell: str
    fragment: str
    sentence: str
    size: tuple

    def svg(self, own="lstm"):
        """The whole picture; `own` begins its ids, so that two of them can stand on one page."""
        width, height = (round(72 * side, 2) for side in self.size)
        look = "font-family: var(--jp-ui-font-family, system-ui), sans-serif; stroke-linejoin: round; "
        look += "fill: var(--lstm-000000, #000000)"
        start = f'<svg xmlns="http://www.w3.org/2000/svg" role="img" aria-label="{html.escape(self.sentence)}" '
        box = f'viewBox="0 0 {width:g} {height:g}" style="{look}">'
        inside = f"{self.shell}<g>{self.fragment}</g>".replace("OWN-", f"{own}-")
        return f"{start}{box}{inside}</svg>"


def drawn(picture):
    """The picture, drawn by matplotlib on a figure that nobody keeps. The same picture gives the same bytes."""
    with DRAWING:
        figure = Figure(picture.size, dpi=72)
        ax = figure.add_axes(picture.place)
        ax.patch.set_visible(False)
        picture.axes(ax)
        ax.set_autoscale_on(False)
        shell = _traced(figure, [ax], "OWN-s")
        still = set(ax.get_children())
        picture.draw(ax)
        moving = sorted((a for a in ax.get_children() if a not in still), key=lambda a: a.get_zorder())
        return Drawn(shell, _traced(figure, moving, "OWN-m"), picture.says(), picture.size)


def _traced(figure, artists, own):
    out = io.StringIO()
    pen = Pen(*72 * figure.get_size_inches(), out, image_dpi=72)
    start = out.tell()  # behind the head of a file of its own, whose styles would reach the whole page
    for artist in artists:
        artist.draw(pen)
    pen._write_clips()
    pen._write_hatches()
    return _TAG.sub(lambda tag: _tidy(tag[0], own), _BETWEEN.sub("", out.getvalue()[start:]))


class Pen(RendererSVG):
    """matplotlib's SVG without names of groups, its texts as text, and the widths of texts remembered."""

    def open_group(self, s, gid=None):
        pass

    def close_group(self, s):
        pass

    def _make_id(self, type, content):
        return type + hashlib.sha256(str(content).encode()).hexdigest()[:10]  # without its salt, which is random

    def draw_text(self, gc, x, y, s, prop, angle, ismath=False, mtext=None):
        self._draw_text_as_text(gc, x, y, s, prop, angle, ismath, mtext)

    def get_text_width_height_descent(self, s, prop, ismath):
        return _extent(self._text2path, s if ismath or s.isascii() else _NO_ASCII.sub("M", s), prop, ismath)


@functools.lru_cache(maxsize=4096)
def _extent(letters, s, prop, ismath):
    return letters.get_text_width_height_descent(s, prop, ismath)


_TAG, _BETWEEN, _NO_ASCII = re.compile(r"<[^>]*>"), re.compile(r"(?<=>)\s+|\s+(?=<)"), re.compile(r"[^ -~]")
_LESS = re.compile(r"\s*font-family: [^;\"]*;?| transform=\"rotate\(-?0 [^)]*\)\"")
_FONT = re.compile(r"font: (?:(\w+) )?([\d.]+px)[^;\"]*")  # all in one, as matplotlib before 3.10 says it
_NUMBER, _COLOR = re.compile(r"-?\d+\.\d+"), re.compile(r"(?:(?<=: )|(?<=\")(?<! id=\"))#[0-9a-f]{6}")
_ID = re.compile(r'( id="|url\(#|href="#)')


def _tidy(tag, own):
    tag = _ID.sub(rf"\1{own}", _LESS.sub("", " ".join(tag.split()).replace("xlink:", "")))
    tag = _FONT.sub(lambda font: f"font-size: {font[2]}; font-weight: {font[1] or 400}", tag)
    tag = _NUMBER.sub(lambda number: f"{float(number[0]):.2f}".rstrip("0").rstrip("."), tag)
    return _COLOR.sub(lambda color: f"var(--lstm-{color[0][1:]}, {color[0]})", tag)


def spoken(sentence):
    """The sentence as HTML, marked for screen readers as text that changes; what a reader typed is escaped."""
    return f'<div class="lstm-said" role="status" aria-live="polite">{html.escape(sentence)}</div>'
