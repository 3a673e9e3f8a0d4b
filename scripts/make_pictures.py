"""Make the first picture of each lesson, and say its sentence, which stands in the lesson as alternative text.

python scripts/make_pictures.py           writes notebooks/pictures/*.png
python scripts/make_pictures.py --check   compares them with fresh ones, and writes nothing
"""

import io
import sys
from pathlib import Path
from typing import NamedTuple

import numpy as np
from matplotlib.figure import Figure
from PIL import Image

from lstm_demo.lessons import (
    carry_and_reset,
    hidden_trajectories,
    how_far_back,
    in_keras,
    in_torch,
    inside_the_cell,
    is_it_any_good,
    masks_and_flags,
    memory_or_not,
    padding,
    real_names,
    start_here,
    the_price,
    your_own_data,
)

FOLDER = Path(__file__).resolve().parents[1] / "notebooks" / "pictures"
MOST_BYTES = 60_000
PATCH, CLOSE = 24, 20  # pixels; grey levels: another version of a font moves a patch by 10, a digit by more than 30


class Shown(NamedTuple):
    """A picture as a code host shows it, and its sentence."""

    png: bytes
    sentence: str


def pictures():
    """{lesson: (png, sentence)}, each from the lesson's first explorer."""
    first = {
        # Not as they open: a first picture should not give away what the lesson asks its reader to guess.
        "00_start_here": still(start_here.board("pad left + reset")),
        "01_memory_or_not": still(memory_or_not.two_pasts(6)),
        "02_inside_the_cell": still(inside_the_cell.conveyor()),
        "03_padding": still(padding.meter(8, "Keras")),
        "04_masks_and_flags": still(masks_and_flags.one_cell("flag", 1)),
        "05_carry_and_reset": still(carry_and_reset.bugs("nothing handed on")),
        "06_how_far_back": still(how_far_back.reach(2)),
        "07_hidden_trajectories": still(hidden_trajectories.path(step=13)),
        "08_the_price": still(the_price.waste("a few long ones")),
        "09_real_names": still(real_names.unfold("GREEK CAPITAL LETTER OMEGA", 10)),
        "10_in_keras": still(in_keras.board("stateful, you reset", in_keras.ZEROS, 6)),
        "11_your_own_data": still(your_own_data.who(439, 14)),
        "12_is_it_any_good": still(is_it_any_good.late("noisy wave", ahead=2)),
        "13_in_torch": still(in_torch.packed("right", 3)),
    }
    return {lesson: (small(shown.png), shown.sentence) for lesson, shown in first.items()}


def still(picture):
    """A picture of lstm_demo.show as an image, for code hosts, and its sentence."""
    figure = Figure(picture.size, dpi=80)
    ax = figure.add_axes(picture.place)
    picture.axes(ax)
    picture.draw(ax)
    figure.savefig(buffer := io.BytesIO(), format="png")
    return Shown(buffer.getvalue(), picture.says())


def small(png):
    """The same picture in 64 colours, as a page on a code host should load at once."""
    image = Image.open(io.BytesIO(png)).convert("RGB").quantize(64, dither=Image.Dither.NONE)
    image.save(buffer := io.BytesIO(), "png", optimize=True)
    return buffer.getvalue()


def apart(old, new):
    """How far two PNGs lie apart: the largest difference of any patch; infinitely far if they differ in size."""
    old, new = (Image.open(io.BytesIO(png)).convert("RGB") for png in (old, new))
    if old.size != new.size:
        return np.inf
    patches = old.width // PATCH, old.height // PATCH
    old, new = (np.asarray(image.resize(patches, Image.Resampling.BOX), dtype=float) for image in (old, new))
    return np.abs(old - new).max()


def stale(folder=FOLDER):
    """The lessons whose picture is missing, too large, or not what the code draws now."""
    found = []
    for lesson, (png, _) in pictures().items():
        file = folder / f"{lesson}.png"
        if not file.exists() or file.stat().st_size > MOST_BYTES or apart(file.read_bytes(), png) > CLOSE:
            found.append(lesson)
    return found


def main(arguments):
    if "--check" in arguments:
        found = stale()
        print(f"to be made again: {', '.join(found)} (make pictures)" if found else "pictures are up to date")
        return bool(found)
    FOLDER.mkdir(exist_ok=True)
    for lesson, (png, sentence) in pictures().items():
        (FOLDER / f"{lesson}.png").write_bytes(png)
        print(f"{lesson}.png, {len(png) / 1000:.0f} kB\n  {sentence}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
