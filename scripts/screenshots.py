"""Photograph a lesson as a reader sees it in JupyterLab, for every size and theme, page by page.

    python scripts/screenshots.py notebooks/00_start_here.ipynb --out shots [--size 1024x768] [--theme dark]

writes shots/00_light_1280_p01.png, p02 ... while scrolling through the executed notebook, then each explorer and
prediction on its own, as it opens and after its first control was moved by one step, or its first answer pressed. The
notebook is run once, on a copy; nothing is written but the pictures. Needs Chromium (environment variable CHROMIUM, or
on PATH).
"""

import argparse
import shutil
import sys
import tempfile
from contextlib import ExitStack
from itertools import product
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "tests" / "browser"))
import driver  # (found only through the line above)


def size(text):
    width, height = text.lower().split("x")
    return int(width), int(height)


def arguments(given=None):
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("notebook", type=Path, nargs="+")
    parser.add_argument("--out", type=Path, required=True, help="folder for the pictures, made if missing")
    parser.add_argument("--size", type=size, action="append", help="WIDTHxHEIGHT; default 1280x800 and 1024x768")
    parser.add_argument("--theme", choices=sorted(driver.THEMES), action="append", help="default both")
    parser.add_argument("--sidebar", action="store_true", help="leave the file browser open, as Lab starts")
    return parser.parse_args(given)


def folder_with(notebook, place):
    """A folder with this notebook and all that lies beside it but other notebooks: quick to copy, links intact."""
    others = shutil.ignore_patterns("*.ipynb", ".ipynb_checkpoints")
    folder = Path(shutil.copytree(notebook.parent, place / "notebooks", ignore=others))
    shutil.copy(notebook, folder)
    return folder


def boxes(lesson):
    named = [("explorer", lesson.explorers()), ("predict", lesson.predictions())]
    return [(f"{name}{i}", box) for name, found in named for i, box in enumerate(found, 1)]


def photograph_pages(lesson, stem):
    for number in driver.pages(lesson):
        lesson.screenshot(f"{stem}_p{number:02}.png")


def photograph_boxes(lesson, stem, when):
    for name, box in boxes(lesson):
        box.scroll_into_view_if_needed()
        lesson.settle()
        box.screenshot(path=f"{stem}_{name}_{when}.png")


def move_all(lesson):
    """Move every first control by a step: the first answer of a prediction is its guess."""
    for name, box in boxes(lesson):
        try:
            driver.move(driver.controls(box)[0])
            lesson.settle()
        except (AssertionError, IndexError) as error:
            print(f"{lesson.name} {name}: {error or 'no control'}")
    lesson.settle()


def photograph(lesson, args):
    """Every size and theme as the lesson opens, then once more with every first control moved."""
    views = list(product(args.size or [(1280, 800), (1024, 768)], args.theme or ["light", "dark"]))
    for when in ("opening", "moved"):
        for (width, height), theme in views:
            lesson.look(size=(width, height), theme=theme)
            stem = args.out / f"{lesson.name.split('_')[0]}_{theme}_{width}"
            if when == "opening":
                photograph_pages(lesson, stem)
            photograph_boxes(lesson, stem, when)
        if when == "opening":
            move_all(lesson)


def main(given=None):
    args = arguments(given)
    args.out.mkdir(parents=True, exist_ok=True)
    for notebook in args.notebook:
        with ExitStack() as stack:
            place = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="lstm_demo_")))
            lab = stack.enter_context(driver.running_lab(place / "lab", folder_with(notebook, place)))
            browser = stack.enter_context(driver.running_browser())
            lesson = driver.Lesson(browser, lab, notebook.stem, sidebar=args.sidebar).run_all()
            photograph(lesson, args)
            for complaint in lesson.complaints():
                print(f"{notebook.stem}: {complaint}")
    print(f"{len(list(args.out.glob('*.png')))} pictures in {args.out}")


if __name__ == "__main__":
    main()
