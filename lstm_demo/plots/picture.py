"""A picture that answers at once: made once, then only what moves is drawn again."""

import inspect
import io
import math
import threading
from functools import lru_cache, wraps

import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure
from matplotlib.text import Text

from ..refusal import kind

SIZE = (9.0, 3.6)  # inches
DPI = 110
SPARE = 2  # pixels around a stamp, for letters that reach beyond their box
# Held by whoever draws. A kernel may answer widgets on several threads at once (JupyterLab asks for subshells), while
# matplotlib's parser of formulas, our sheet of stamps and every figure serve one at a time.
DRAWING = threading.RLock()


def shows(wanted):
    """A decorator: the first argument of the function is a `wanted`, or it is refused by name."""

    def of(function):
        name = next(iter(inspect.signature(function).parameters))

        @wraps(function)
        def checked(*given, **rest):
            for data in given[:1] or [rest[key] for key in rest if key == name]:
                kind(name, data, wanted, "`look` takes data of any kind")
            return function(*given, **rest)

        return checked

    return of


def axes(ax=None, size=SIZE):
    """The axes that were given, or new ones on a figure that a notebook shows by itself."""
    if ax is not None:
        return ax
    from matplotlib import pyplot  # only here: the explorers' figures must not be known to pyplot, which keeps them

    return pyplot.figure(figsize=size, layout="constrained").add_subplot()


class Picture:
    """A figure with one axes and a `draw(ax) -> update`; `png(data)` moves the artists and returns the image as bytes.

    What `draw` marks as animated is what moves; all the rest is drawn once and restored from a copy.
    """

    def __init__(self, draw, size=SIZE):
        self.figure = Figure(figsize=size, dpi=DPI, layout="constrained")
        self.canvas = FigureCanvasAgg(self.figure)
        self.update = draw(self.figure.add_subplot())
        self.background = None

    def png(self, data):
        with DRAWING:
            self.update(data)
            return png(self.drawn())

    def drawn(self):
        """The pixels as the artists stand, (rows, columns, 3)."""
        if self.background is None:
            self._freeze()
        self.canvas.restore_region(self.background)
        for artist in self.moving:
            if artist.get_visible():
                self._draw(artist)
        return np.asarray(self.canvas.buffer_rgba())[..., :3]

    def _freeze(self):
        self.figure.draw_without_rendering()  # places axes for the first data, labels and titles included
        self.figure.set_layout_engine("none")
        self.canvas.draw()  # leaves out what is animated
        self.background = self.canvas.copy_from_bbox(self.figure.bbox)
        self.moving = sorted(self.figure.findobj(lambda a: a.get_animated()), key=lambda a: a.get_zorder())

    def _draw(self, artist):
        if isinstance(artist, Text) and artist.get_snap():
            press(artist, self.canvas.get_renderer())
        else:
            self.figure.draw_artist(artist)


def press(text, renderer):
    """Draw an upright text from its stamp: to lay out its letters anew costs ten times as much.

    It is worth it for few words that come again at few places; `snap=True` marks these texts.
    """
    if not text.get_text():
        return
    x, y = text.get_transform().transform(text.get_position())
    look = text.get_text(), text.get_fontproperties(), text.get_ha(), text.get_va()
    # FreeType sets letters to a 64th of a pixel.
    cover, left, bottom = stamp(*look, round(x % 1 * 64) / 64, round(y % 1 * 64) / 64, renderer.dpi)
    ink = np.empty((*cover.shape, 4), np.uint8)
    ink[..., :3] = [round(255 * part) for part in to_rgb(text.get_color())]
    ink[..., 3] = cover
    renderer.draw_image(renderer.new_gc(), math.floor(x) + left, math.floor(y) + bottom, ink)


@lru_cache(maxsize=1024)
def stamp(said, font, ha, va, x, y, dpi):
    """What a text covers, 0 to 255, lowest row first, and where its lower left corner lies from a pixel's corner.

    x, y  where in that pixel the text is anchored
    """
    figure = _sheet(dpi)
    text, sheet = Text(x, y, said, fontproperties=font, ha=ha, va=va), figure.canvas.get_renderer()
    text.set_figure(figure)
    box = text.get_window_extent(sheet)
    left, bottom = math.floor(box.x0) - SPARE, math.floor(box.y0) - SPARE
    text.set_position((x - left, y - bottom))
    sheet.clear()
    text.draw(sheet)
    cover = np.asarray(sheet.buffer_rgba())[::-1, :, 3]
    return cover[: math.ceil(box.y1) + SPARE - bottom, : math.ceil(box.x1) + SPARE - left].copy(), left, bottom


@lru_cache(maxsize=4)
def _sheet(dpi):
    """Where stamps are made, one at a time; larger than any text of a picture."""
    figure = Figure((2 * SIZE[0], 2), dpi)
    FigureCanvasAgg(figure)
    return figure


def png(pixels):
    """(rows, columns, 3) bytes as a PNG, by Pillow at its quickest."""
    from PIL import Image  # comes with matplotlib

    Image.fromarray(np.ascontiguousarray(pixels)).save(buffer := io.BytesIO(), "png", compress_level=1)
    return buffer.getvalue()
