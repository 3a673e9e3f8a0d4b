"""A lesson can be picked up at any heading: run the set-up, jump there, run on.

The set-up is all code before the second heading: imports, and the data that everything shares. A section may use its
names and its own, no others, and finds them as the set-up left them; but for the stamp, which sums up what all sections
saw. That any cell can be run twice is judged where the lessons run, in test_lessons.py.
"""

import re
import subprocess
import sys

import lesson_laws as laws
import lessons
import pytest
import torch

NAMES = [sys.executable, "-m", "ruff", "check", "--isolated", "--quiet", "--select=F821", "-"]
every_lesson = pytest.mark.parametrize("name", lessons.names())


def sections(name):
    """(set-up, {heading: code cells}) without the stamp."""
    found = {}
    for heading, cells in laws.sections(lessons.read(name), "##").items():
        code = [cell for cell in cells if cell.cell_type == "code"]
        found[heading] = [cell for cell in code if not re.search(r"^stamp\(", cell.source, re.MULTILINE)]
    return found.pop("") + found.pop(next(iter(found))), found


@every_lesson
def test_a_section_uses_no_names_but_those_of_the_set_up_and_its_own(name):
    setup, found = sections(name)
    for heading, cells in found.items():
        code = "\n".join(cell.source for cell in (*setup, *cells))
        told = subprocess.run(NAMES, input=code, capture_output=True, text=True, encoding="utf-8")
        assert told.returncode == 0, f"{heading}: {told.stdout}{told.stderr}"


class Enough(Exception):
    """A section has come to its first step of training; what follows hangs on what is learnt."""


def enough(optimizer, closure=None):
    weights = [one for group in optimizer.param_groups for one in group["params"] if one.grad is not None]
    raise Enough([one.detach().clone() for weight in weights for one in (weight, weight.grad)])


def run(cells, names):
    """Run cells up to the first step of training; the weights and their gradients there, or nothing."""
    for cell in cells:
        try:
            exec(compile(cell.source, f"<{cell.id}>", "exec"), names)
        except Enough as told:
            return told.args[0]
    return []


@every_lesson
@pytest.mark.filterwarnings("ignore")
def test_a_section_claims_and_trains_the_same_whatever_others_did_and_threw_before(name, monkeypatch):
    """The last section runs first; one that trains begins once more, with other dice."""
    monkeypatch.chdir(lessons.FOLDER)
    setup, found = sections(name)
    names = {"__name__": "__main__", "display": lambda *shown: None}
    with torch.random.fork_rng(devices=[]):
        run(setup, names)
        for kind in (torch.optim.Adam, torch.optim.AdamW, torch.optim.SGD):
            monkeypatch.setattr(kind, "step", enough)
        for heading, cells in reversed(found.items()):
            if trained := run(cells, dict(names)):
                torch.manual_seed(1)
                for one, again in zip(trained, run(cells, dict(names)), strict=True):
                    assert torch.equal(one, again), f"{heading} trains by dice that were thrown before"
