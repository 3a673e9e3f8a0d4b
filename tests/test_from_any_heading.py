"""A lesson can be picked up at any heading: run the set-up, jump there, run on. And any cell can be run twice.

The set-up is all code before the second heading: imports, and the data that everything shares. A section may use its
names and its own, no others; but for the stamp, which sums up what all of them saw. Each section runs here from the
set-up alone, and each of its cells twice over. Cells run in this process and share what the set-up made. To keep that
cheap a cell that takes longer than SLOW runs once, and the loops of HURRIED once; from then on what a section asserts
is worked out, but not judged. That is done where the lessons run as they are, in test_lessons.py.
"""

import ast
import inspect
import re
import time
import warnings

import lessons
import matplotlib.pyplot as plt
import nbformat
import pytest
import torch

import lstm_demo.keep
from lstm_demo.lessons import the_price

HEADING = re.compile(r"^## +(.+)$", re.MULTILINE)
FENCED = re.compile(r"^```.*?^```", re.MULTILINE | re.DOTALL)
SLOW = 1.0  # seconds of the processor
HURRIED = ((lstm_demo.keep, "fit", "steps"), (the_price, "race", "rounds"), (the_price, "laps", "rounds"))


# --- a lesson in sections --------------------------------------------------------------------------------------------


def sections(notebook):
    """(set-up, {heading: code cells}): the set-up is the code before the second heading."""
    setup, found, place = [], {}, []
    for cell in notebook.cells:
        if cell.cell_type == "markdown":
            place += HEADING.findall(FENCED.sub("", cell.source))
        elif len(place) < 2:
            setup.append(cell)
        else:
            found.setdefault(place[-1], []).append(cell)
    return setup, found


class Judged(ast.NodeTransformer):
    """`assert truth` becomes `judge(truth)`."""

    def visit_Assert(self, node):
        judge = ast.Name("judge", ast.Load())
        return ast.copy_location(ast.Expr(ast.Call(judge, [node.test], [])), node)


def compiled(cell):
    tree = ast.fix_missing_locations(Judged().visit(ast.parse(cell.source)))
    return compile(tree, f"<{cell.id}>", "exec")


def twice(cells, names):
    """Run each cell two times in a row, a slow one once; what went wrong, or nothing."""
    for cell in cells:
        start = time.process_time()
        for which in ("", ", the second time"):
            try:
                exec(compiled(cell), names)
            except Exception as error:
                return f"cell {cell.id}{which}: {type(error).__name__}: {error}"
            finally:
                plt.close("all")
            if time.process_time() - start > SLOW:
                break
    return None


# --- where training is short -----------------------------------------------------------------------------------------


class Hurry:
    """Lets loops run a few times, and knows whether one has: then nothing is expected of what was learnt."""

    def __init__(self):
        self.hurried = False

    def shortened(self, function, count):
        signature = inspect.signature(function)

        def short(*args, **options):
            self.hurried = True
            given = signature.bind(*args, **options)
            given.arguments[count] = 1
            return function(*given.args, **given.kwargs)

        return short

    def judge(self, truth):
        if not truth and not self.hurried:
            raise AssertionError("what it asserts is not so")


@pytest.fixture
def hurry(monkeypatch):
    """In the lessons' folder, without windows, the dice afterwards as before."""
    monkeypatch.chdir(lessons.FOLDER)
    hurry = Hurry()
    for module, name, count in HURRIED:
        monkeypatch.setattr(module, name, hurry.shortened(getattr(module, name), count))
    backend, threads = plt.get_backend(), torch.get_num_threads()
    plt.switch_backend("agg")
    with torch.random.fork_rng(devices=[]), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield hurry
    torch.set_num_threads(threads)
    plt.switch_backend(backend)


def picked_up(notebook, hurry):
    """What goes wrong when each section is run from the set-up alone, the last one first."""
    setup, found = sections(notebook)
    names = {"__name__": "__main__", "display": lambda *shown: None, "judge": hurry.judge}
    if broken := twice(setup, names):
        return [f"the set-up: {broken}"]
    dice, hurried, complaints = torch.get_rng_state(), hurry.hurried, []
    for heading, cells in reversed(found.items()):
        torch.set_rng_state(dice)
        hurry.hurried = hurried
        plain = [cell for cell in cells if not re.search(r"^stamp\(", cell.source, re.MULTILINE)]
        if broken := twice(plain, dict(names)):
            complaints.append(f"from '{heading}': {broken}")
    return complaints


@pytest.mark.parametrize("name", lessons.names())
def test_a_lesson_can_be_picked_up_at_any_heading_and_any_cell_run_twice(name, hurry):
    assert picked_up(lessons.read(name), hurry) == []


# --- it sees what is wrong -------------------------------------------------------------------------------------------


def lesson(*cells):
    """A notebook of cells, Markdown where they begin with #."""
    new = nbformat.v4
    made = [new.new_markdown_cell(cell) if cell.startswith("#") else new.new_code_cell(cell) for cell in cells]
    return new.new_notebook(cells=made)


ADDED = "c = b + [2]\nassert c == [1, 2]"
SOUND = ("# 00 · Title", "a = 1", "## One", "b = [a]", "## Two", ADDED, "## End", "stamp(c)")


def test_a_sound_lesson_can_be_picked_up(hurry):
    setup, found = sections(lesson(*SOUND))
    assert ([cell.source for cell in setup], [*found]) == (["a = 1", "b = [a]"], ["Two", "End"])
    assert picked_up(lesson(*SOUND), hurry) == []


FAULTY = {
    "a name of another section": "print(c)",
    "a name of another section, in a function only": "def f():\n    return c\n\n\nf()",
    "a cell that can run once only": "d = b.pop()",
    "a cell whose claim holds once only": "b.append(3)\nassert len(b) == 2",
    "a claim that is not so": "assert a == 2",
}


@pytest.mark.parametrize("fault", FAULTY)
def test_what_breaks_a_lesson_at_a_heading_is_named(fault, hurry):
    complaint, *_ = picked_up(lesson(*SOUND[:-2], "## Three", FAULTY[fault]), hurry)
    assert "from 'Three'" in complaint
