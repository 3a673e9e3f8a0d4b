"""The laws of the lessons are tested too: a small sound lesson keeps them all, and each planted fault is named."""

import re
import subprocess

import lesson_laws as laws
import lessons
import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

NAME = "07_tiny.ipynb"
FRONT = """\
# 07 · A tiny lesson
**Question** What is one more? · **You will be able to** add · 5 minutes · **You need first** nothing

![Two dots on a line, one step apart.](pictures/07_tiny.png)
"""
SOLUTION = "<details><summary>Solution</summary>\n\nA hint: add.\n\n```python\nanswer = 3\n```\n\n</details>"
ENDING = """\
## Take-away
1. One.
2. Two,
   at length.
3. Three.

Decided: S14. See [the picture](pictures/07_tiny.png) and [the top](#Take-away).
"""
CHECK = """\
class Verdict(str):
    passed = False
hint = f"{answer} is too much: forgot to stop."
verdict = Verdict("Set answer to one more than two." if answer is None else hint)
if answer == 3:
    verdict = Verdict("Right."); verdict.passed = True
verdict
"""
WIDGET = """\
import ipywidgets
seen = ipywidgets.Output()
with seen:
    {}
seen
"""
SOUND = [
    ("front", "markdown", FRONT, ()),
    ("claim", "code", "difference = abs(1 + 1 - 2)\nassert difference == 0\nprint(difference)", ()),
    ("guess", "code", "predict = print\npredict('more?')", ()),
    ("folded", "markdown", "<details>One more.</details>", ()),
    ("widget", "code", WIDGET.format("print('seen')"), ()),
    ("stub", "code", "answer = None", ("exercise",)),
    ("check", "code", CHECK, ("check",)),
    ("solution", "markdown", SOLUTION, ("solution",)),
    ("ending", "markdown", ENDING, ()),
    ("stamp", "code", "print('Python 3.11, seed 0, largest difference 0')", ()),
]


def lesson(**changes):
    """The sound lesson, with the source of some cells changed; None leaves a cell out."""
    make = {"code": new_code_cell, "markdown": new_markdown_cell}
    cells = []
    for key, kind, source, tags in SOUND:
        if changes.get(key, source) is not None:
            cells.append(make[kind](changes.get(key, source), id=key, metadata={"tags": list(tags)} if tags else {}))
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    return new_notebook(cells=cells, metadata={"kernelspec": kernel})


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "pictures").mkdir()
    (tmp_path / "pictures" / "07_tiny.png").write_bytes(b"\x89PNG small")
    return tmp_path


def test_a_sound_lesson_keeps_every_law_and_writes_nothing(folder):
    assert laws.at_rest(lesson(), NAME, folder) == []
    wrong = {0: [("answer = 4", "forgot"), ("answer = 5", ["5", "Too Much"])]}
    ran = lessons.run(lesson(), folder, wrong)
    assert laws.of_run(ran) == []
    assert [verdict.passed for _, _, verdict in ran.judged[0].wrong] == [False, False]
    assert (ran.written, len(ran.notebook.cells)) == ([], len(SOUND))


STILL = {
    "title": ({"front": FRONT.replace("# 07", "# 08")}, "title"),
    "no minutes": ({"front": FRONT.replace("minutes", "moments")}, "minutes"),
    "no needs": ({"front": FRONT.replace("need", "want")}, "need first"),
    "long cell": ({"claim": "\n".join(["1"] * 13)}, "13 statements"),
    "long loop": ({"claim": "while False:\n" + "    1\n" * 12}, "13 statements"),
    "for IPython": ({"claim": "%pip install torch"}, "IPython alone"),
    "installs": ({"claim": "run('pip install torch')"}, "installs"),
    "fetches": ({"claim": "open_it('https://somewhere')"}, "fetches"),
    "wide line": ({"claim": "1" + " + 1" * 25}, "101 characters"),
    "many words": ({"folded": "<details>" + "word " * 1800 + "</details>"}, "words, more than 1800"),
    "term not told": ({"folded": "<details>One *unit*, a gate, a *gate*.</details>"}, "gates? is used before"),
    "no check": ({"check": None}, "do not follow"),
    "no hint": ({"solution": SOLUTION.replace("hint", "word")}, "hint"),
    "unfolded": ({"solution": SOLUTION.replace("</details>", "")}, "folded"),
    "two blocks": ({"solution": SOLUTION.replace("```python", "```python\n2\n```\n\n```python")}, "one ```python"),
    "solution is the stub": ({"stub": "answer = 3"}, "the stub is the solution"),
    "no folded answer": ({"folded": "One more."}, "0 folded"),
    "no prediction": ({"guess": "1"}, "no prediction"),
    "two lines": ({"ending": ENDING.replace("3. Three.", "")}, "three lines"),
    "four lines": ({"ending": ENDING.replace("3. Three.", "3. Three.\n4. Four.")}, "three lines"),
    "no statement": ({"ending": ENDING.replace("S14", "nothing")}, "statement"),
    "broken link": ({"ending": ENDING.replace("(pictures/07", "(pictures/06")}, "06_tiny.png"),
    "no such heading": ({"ending": ENDING + " [up](#Take-this)"}, "no such heading"),
    "a machine's own path": ({"ending": ENDING.replace("(pictures", "(/pictures")}, "/pictures"),
}


@pytest.mark.parametrize("fault", STILL)
def test_a_fault_on_the_page_is_named(fault, folder):
    changes, words = STILL[fault]
    assert any(words in complaint for complaint in laws.at_rest(lesson(**changes), NAME, folder))


@pytest.mark.filterwarnings("ignore:Non-unique")
def test_another_kernel_and_a_doubled_cell_id_are_named(folder, monkeypatch):
    odd = nbformat.writes(lesson()).replace('"python3"', '"my-env"').replace('"id": "claim"', '"id": "guess"')
    (folder / NAME).write_text(odd, encoding="utf-8")
    monkeypatch.setattr(lessons, "FOLDER", folder)
    told = " ".join(laws.law_of_format(lessons.read(NAME)))
    assert "my-env" in told
    assert "used twice" in told


# Many faults in one lesson, for a kernel takes a second to start.
RUN = {
    "claim": "assert 1 == 2",
    "guess": "import traceback\ntry: 1 / 0\nexcept Exception: traceback.print_exc()",
    "widget": WIDGET.format("1 / 0"),
    "stamp": "import ipywidgets\nipywidgets.HTML('Traceback (most recent call last)')",
}


def test_every_fault_of_a_run_is_named(folder):
    told = laws.of_run(lessons.run(lesson(**RUN), folder))
    said = ["cell claim: AssertionError", "claim asserts but shows no number", "cell guess: "]
    said += ["in a widget: ZeroDivisionError", 'in a widget: {"_dom_classes"', "stamp does not tell the seed"]
    assert [words for words in said if not any(words in complaint for complaint in told)] == []


CHECKS = [
    ("answer = None", CHECK, "answer = 4", ["solution: passed is False", "too much"]),
    ("answer = 6 // 2", CHECK, "answer = 3", ["stub: passed is True"]),
    ("answer = None", CHECK.replace("Set answer to one more than two.", "No."), "answer = 3", ["what to do"]),
    ("answer = None", "if answer == 3: raise ValueError\n" + CHECK, "answer = 3", ["solution: raised ValueError"]),
    ("answer = None", CHECK + "print(1)", "answer = 3", ["stub: passed is None", "solution: passed is None"]),
    ("answer = None", CHECK.replace("= True", "= 1"), "answer = 3", ["solution: passed is None"]),
]


def test_every_fault_of_a_check_or_solution_is_named(folder):
    bad = lesson(stub=None, check=None, solution=None)
    for stub, check, answer, _ in CHECKS:
        bad.cells.append(new_code_cell(stub, metadata={"tags": ["exercise"]}))
        bad.cells.append(new_code_cell(check, metadata={"tags": ["check"]}))
        bad.cells.append(new_markdown_cell(f"```python\n{answer}\n```", metadata={"tags": ["solution"]}))
    told = "\n".join(laws.law_of_verdicts(lessons.run(bad, folder).judged))
    wanted = [f"exercise {number}.*{words}" for number, (*_, said) in enumerate(CHECKS) for words in said]
    assert [pattern for pattern in wanted if not re.search(pattern, told)] == []


def test_a_wrong_answer_that_passes_or_is_told_another_mistake_is_named(folder):
    ran = lessons.run(lesson(), folder, {0: [("answer = 2 + 1", "much"), ("answer = 9", "divided by")]})
    told = [*laws.law_of_verdicts(ran.judged)]
    assert "wrong answer 0: passed is True" in told[0]
    assert "wrong answer 1: does not say 'divided by'" in told[-1]


def test_a_claim_that_fails_in_a_watched_lesson_stops_nothing_and_is_named(folder):
    watched = lesson(guess="from lstm_demo import claims\nclaims.watch()", folded=None)
    place = [cell.id for cell in watched.cells].index("guess")
    watched.cells.insert(place + 1, new_code_cell("x = 1\nassert x == 2\nprint(x)", id="fails"))
    ran = lessons.run(watched, folder)
    (complaint,) = laws.law_of_running(ran.notebook)
    assert "cell fails: ✗ This claim does not hold here: x == 2" in complaint
    assert "x  is  1" in complaint
    assert lessons.shown(ran.notebook.cells[place + 1]).endswith("1\n")
    assert "the lesson goes on" in ran.spoken


def test_a_file_written_beside_the_lesson_and_memory_that_was_taken_and_given_back_are_seen(folder):
    greedy = "open('left.txt', 'w').close()\nheld = bytes(1) * 300_000_000\ndel held\nassert True\nprint(0)"
    plain, high = (lessons.run(lesson(claim=claim), folder) for claim in ("assert True\nprint(0)", greedy))
    assert [written[0] for written in high.written] == ["left.txt"]
    if plain.peak is None:
        pytest.skip("no /proc to tell what the kernel held")
    assert 290e6 < high.peak - plain.peak < 330e6


def test_the_committed_lesson_is_read_after_a_reader_has_played_with_it(folder, monkeypatch):
    monkeypatch.setattr(lessons, "FOLDER", folder)
    monkeypatch.delenv("LESSONS", raising=False)
    nbformat.write(lesson(), folder / NAME)
    assert lessons.read(NAME).cells[1].id == "claim"  # no git, no commit: the file
    author = ["-c", "user.name=t", "-c", "user.email=t@localhost"]
    for words in (["init", "-q"], ["add", "."], [*author, "commit", "-q", "-m", "a lesson", "--no-verify"]):
        subprocess.run(["git", *words], cwd=folder, check=True)
    nbformat.write(lesson(claim="played"), folder / NAME)
    nbformat.write(lesson(), folder / "Untitled.ipynb")
    assert "played" not in lessons.read(NAME).cells[1].source
    assert (lessons.names(), lessons.tracked()) == ([NAME], [NAME])
    monkeypatch.setenv("LESSONS", "working")
    assert lessons.read(NAME).cells[1].source == "played"
