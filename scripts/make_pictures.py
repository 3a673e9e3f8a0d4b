"""Make the first picture of each lesson, and say its sentence, which stands in the lesson as alternative text.

python scripts/make_pictures.py           writes notebooks/pictures/*.png
python scripts/make_pictures.py --check   compares them with fresh ones, and writes nothing
"""

import io
import sys
from importlib import import_module
from pathlib import Path

import numpy as np
from matplotlib.figure import Figure
from PIL import Image

FOLDER = Path(__file__).resolve().parents[1] / "notebooks" / "pictures"
MOST_BYTES = 60_000
PATCH, CLOSE = 24, 20  # pixels; grey levels: another version of a font moves a patch by 10, a digit by more than 30
# Of each lesson the first explorer; not as it opens where that would give away what the reader is asked to guess.
FIRST = {
    "00_start_here": lambda room: room.board("pad left + reset"),
    "01_memory_or_not": lambda room: room.two_pasts(6),
    "02_inside_the_cell": lambda room: room.conveyor(),
    "03_padding": lambda room: room.meter(8, "Keras"),
    "04_masks_and_flags": lambda room: room.one_cell("flag", 1),
    "05_carry_and_reset": lambda room: room.bugs("nothing handed on"),
    "06_how_far_back": lambda room: room.reach(2),
    "07_hidden_trajectories": lambda room: room.path(step=13),
    "08_the_price": lambda room: room.waste("a few long ones"),
    "09_real_names": lambda room: room.unfold("GREEK CAPITAL LETTER OMEGA", 10),
    "10_in_keras": lambda room: room.board("stateful, you reset", room.ZEROS, 6),
    "11_your_own_data": lambda room: room.who(439, 14),
    "12_is_it_any_good": lambda room: room.late("noisy wave", ahead=2),
    "13_in_torch": lambda room: room.packed("right", 3),
}


def pictures():
    """{lesson: (its first picture as PNG, the sentence of it)}"""
    rooms = {lesson: import_module(f"lstm_demo.lessons.{lesson[3:]}") for lesson in FIRST}
    return {lesson: still(picture(rooms[lesson])) for lesson, picture in FIRST.items()}


def still(picture):
    """A picture of lstm_demo.show as a PNG of 64 colours, which a page should load at once; and its sentence."""
    figure = Figure(picture.size, dpi=80)
    ax = figure.add_axes(picture.place)
    picture.axes(ax)
    picture.draw(ax)
    figure.savefig(drawn := io.BytesIO(), format="png")
    image = Image.open(drawn).convert("RGB").quantize(64, dither=Image.Dither.NONE)
    image.save(small := io.BytesIO(), "png", optimize=True)
    return small.getvalue(), picture.says()


def apart(old, new):
    """How far two PNGs lie apart: the largest difference of any patch; infinitely far if they differ in size."""
    old, new = (Image.open(io.BytesIO(png)).convert("RGB") for png in (old, new))
    if old.size != new.size:
        return np.inf
    patches = old.width // PATCH, old.height // PATCH
    old, new = (np.asarray(image.resize(patches, Image.Resampling.BOX), dtype=float) for image in (old, new))
    return np.abs(old - new).max()


def stale():
    """The lessons whose picture is missing, too large, or not what the code draws now."""
    stored = {file.stem: file.read_bytes() for file in FOLDER.glob("*.png") if file.stat().st_size <= MOST_BYTES}
    return [name for name, (png, _) in pictures().items() if name not in stored or apart(stored[name], png) > CLOSE]


def main(arguments):
    if "--check" in arguments:
        found = stale()
        print(f"to be made again: {', '.join(found)} (make pictures)" if found else "pictures are up to date")
        return bool(found)
    for lesson, (png, sentence) in pictures().items():
        (FOLDER / f"{lesson}.png").write_bytes(png)
        print(f"{lesson}.png, {len(png) / 1000:.0f} kB\n  {sentence}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
