"""A lesson can be picked up at any heading: run the set-up, jump there, run on. And any cell can be run twice.

The set-up is all code before the second heading: imports, and the data that everything shares. A section may use its
names and its own, no others; but for the stamp, which sums up what all of them saw. Each section runs here from the
set-up alone, and each of its cells twice over, in this process. To keep that cheap a cell that takes longer than SLOW
runs once, and so does a loop of a section that trains, which has to be seeded; from then on what it asserts is worked
out, but not judged. That is done where the lessons run as they are, in test_lessons.py.
"""

import ast
import contextlib
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
from lstm_demo.lessons import is_it_any_good, masks_and_flags, memory_or_not, the_price

HEADING = re.compile(r"^## +(.+)$", re.MULTILINE)
FENCED = re.compile(r"^```.*?^```", re.MULTILINE | re.DOTALL)
SLOW = 1.0  # seconds of the processor
HURRIED = (  # what else trains or takes times, and the argument that says how often
    (lstm_demo.keep, "fit", "steps"),
    (the_price, "race", "rounds"),
    (the_price, "laps", "rounds"),
    (memory_or_not, "train", "batches"),
    (masks_and_flags, "trained", "batches"),
    (is_it_any_good, "trained", "batches"),
)


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


class Hurried(ast.NodeTransformer):
    """`assert truth` becomes `judge(truth)`, and a loop that trains asks at the end of each turn whether it may end."""

    def visit_Assert(self, node):
        judge = ast.Name("judge", ast.Load())
        return ast.copy_location(ast.Expr(ast.Call(judge, [node.test], [])), node)

    def visit_For(self, node):
        self.generic_visit(node)
        does = ast.unparse(node)
        if ".backward()" in does and ".step()" in does and "hurry()" not in does:  # the innermost one
            node.body.append(ast.If(ast.Call(ast.Name("hurry", ast.Load()), [], []), [ast.Break()], []))
        return node


class Hurry:
    """Knows whether a loop was cut short: then nothing is expected of what was learnt; and whether dice were seeded."""

    def __init__(self):
        self.hurried = self.seeded = self.jumped = False

    def shortened(self, function, count):
        signature = inspect.signature(function)

        def short(*args, **options):
            self.hurried = True
            given = signature.bind(*args, **options)
            given.arguments[count] = min(1, given.arguments.get(count, 1))
            return function(*given.args, **given.kwargs)

        return short

    def hurry(self):
        """Whether a loop ends here: in a section, but not in the set-up, on which all claims hang."""
        if self.jumped and not self.seeded and not torch.equal(self.dice, torch.get_rng_state()):
            raise AssertionError("what it trains hangs on dice that were thrown before")
        self.hurried |= self.jumped
        return self.jumped

    def judge(self, truth):
        if not truth and not self.hurried:
            raise AssertionError("what it asserts is not so")

    def seed(self, seed, seeding=torch.manual_seed):
        self.seeded = True
        return seeding(seed)

    @contextlib.contextmanager
    def fork_rng(self, forking=torch.random.fork_rng, **options):
        """What is seeded in a fork is so no more behind it."""
        seeded = self.seeded
        with forking(**options):
            yield
        self.seeded = seeded

    def twice(self, cells, names):
        """Run each cell two times in a row, a slow one once; what went wrong, or nothing."""
        for cell in cells:
            tree = ast.fix_missing_locations(Hurried().visit(ast.parse(cell.source)))
            start = time.process_time()
            for which in ("", ", the second time"):
                try:
                    exec(compile(tree, f"<{cell.id}>", "exec"), names)
                except Exception as error:
                    return [f"cell {cell.id}{which}: {type(error).__name__}: {error}"]
                finally:
                    plt.close("all")
                if time.process_time() - start > SLOW:
                    break
        return []

    def picked_up(self, notebook):
        """What goes wrong when each section is run from the set-up alone, the last one first."""
        setup, found = sections(notebook)
        names = {"__name__": "__main__", "display": lambda *shown: None, "judge": self.judge, "hurry": self.hurry}
        if broken := self.twice(setup, names):
            return broken
        self.dice, hurried, complaints = torch.get_rng_state(), self.hurried, []
        for heading, cells in reversed(found.items()):
            torch.set_rng_state(self.dice)
            self.hurried, self.seeded, self.jumped = hurried, False, True
            plain = [cell for cell in cells if not re.search(r"^stamp\(", cell.source, re.MULTILINE)]
            complaints += [f"from '{heading}': {broken}" for broken in self.twice(plain, dict(names))]
        return complaints


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
        monkeypatch.setattr(torch, "manual_seed", hurry.seed)
        monkeypatch.setattr(torch.random, "fork_rng", hurry.fork_rng)
        yield hurry
    torch.set_num_threads(threads)
    plt.switch_backend(backend)


@pytest.mark.parametrize("name", lessons.names())
def test_a_lesson_can_be_picked_up_at_any_heading_and_any_cell_run_twice(name, hurry):
    assert hurry.picked_up(lessons.read(name)) == []


CELLS = ("# 00 · Title", "a = 1", "## One", "b = [a]", "## Two", "c = b + [2]\nassert c == [1, 2]", "## Three")
TRAINED = """\
import torch
net = torch.nn.Linear(1, 1)
adam = torch.optim.Adam(net.parameters())
for turn in range(9):
    net(torch.ones(1)).backward()
    adam.step()
assert turn == 8
"""
FAULTS = {
    "nothing": ("stamp(c)", ""),
    "nothing in what is trained": (f"import torch\ntorch.manual_seed(0)\n{TRAINED}", ""),
    "training by dice thrown before": (TRAINED, "dice"),
    "a name of another section": ("print(c)", "name 'c' is not defined"),
    "the same, in a function only": ("def f():\n    return c\n\n\nf()", "name 'c' is not defined"),
    "a cell that can run once only": ("d = b.pop()", "the second time: IndexError"),
    "a claim that holds once only": ("b.append(3)\nassert len(b) == 2", "the second time: AssertionError"),
    "a claim that is not so": ("assert a == 2", "not so"),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_what_breaks_a_lesson_at_a_heading_is_named(fault, hurry):
    cell, words = FAULTS[fault]
    new = nbformat.v4
    made = [new.new_markdown_cell(c) if c.startswith("#") else new.new_code_cell(c) for c in (*CELLS, cell)]
    first = hurry.picked_up(new.new_notebook(cells=made))[:1]  # what it spoils may break others, too
    assert ["from 'Three'" in one and words in one for one in first] == [True] * bool(words)
