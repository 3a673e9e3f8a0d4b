"""The laws of the lessons are tested too: each fault that is planted in a lesson is named."""

import re
import subprocess
import sys

import lesson_laws as laws
import lessons
import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

# --- on the page ------------------------------------------------------------------------------------------------------

NAME = "00_start_here.ipynb"
ALL = r"(?s)\A.+"
FAULTS = {  # the kind or the tag of cells, what is replaced in them by what, and what must be said
    "title": ("markdown", "# 00", "# 01", "title"),
    "no minutes": ("markdown", r"\d+ min", "an hour", "minutes"),
    "no needs": ("markdown", "(?i)need", "want", "need first"),
    "long cell": ("code", ALL, "1\n" * 13, "13 statements"),
    "long loop": ("code", ALL, "while False:\n" + "    1\n" * 12, "13 statements"),
    "for IPython": ("code", r"\A", "%pip install torch\n", "IPython alone"),
    "installs": ("code", r"\A", "run('pip install torch')\n", "installs"),
    "fetches": ("code", r"\A", "open_it('https://somewhere')\n", "fetches"),
    "wide line": ("code", r"\A", "1" + " + 1" * 25 + "\n", "101 characters"),
    "many words": ("solution", r"\Z", " word" * 1800, "words, more than 1800"),
    "term not told": ("markdown", r"\Z", "\n\nAn epoch, an *epoch*.", "epochs? is used before"),
    "no check": ("check", ALL, "", "do not follow"),
    "no hint": ("solution", "(?i)hint", "word", "hint"),
    "unfolded": ("solution", "</details>", "", "folded"),
    "two blocks": ("solution", "```python", "```python\n2\n```\n\n```python", "one ```python"),
    "solution is the stub": ("exercise", ALL, "{solution}", "the stub is the solution"),
    "no folded answer": ("markdown", "<details>", "<p>", "0 folded"),
    "no prediction": ("code", r"\bpredict\(", "print(", "no prediction"),
    "two lines": ("markdown", r"\n3\. .*", "", "three lines"),
    "four lines": ("markdown", r"\n3\. ", "\n3. Three.\n4. ", "three lines"),
    "no statement": ("markdown", r"\bS\d+\b", "nothing", "statement"),
    "broken link": ("markdown", r"\Z", " [there](06_tiny.png)", "06_tiny.png"),
    "no such heading": ("markdown", r"\Z", " [up](#Take-this)", "no such heading"),
    "a machine's own path": ("markdown", r"\Z", f" [there]({lessons.FOLDER})", str(lessons.FOLDER)),
    "another kernel": ("kernel", "", "my-env", "my-env"),
    "a doubled id": ("id", "", "twice", "used twice"),
    "no id": ("id", "", "", "is missing"),
    "no valid notebook": ("id", "", "no id / at all", "not a valid notebook"),
}


@pytest.mark.filterwarnings("ignore:Non-unique")
@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_on_the_page_is_named(fault):
    where, pattern, text, words = FAULTS[fault]
    notebook = lessons.read(NAME)
    text = text.replace("{solution}", lessons.exercises(notebook)[0].solution)
    for cell in notebook.cells:
        if where in (cell.cell_type, *lessons.tags(cell)):
            cell.source = re.sub(pattern, lambda _: text, cell.source)
        elif where == "id":
            cell.id = text
    if where == "kernel":
        notebook.metadata.kernelspec.name = text
    assert any(words in complaint for complaint in laws.at_rest(notebook, NAME, lessons.FOLDER))


# --- as it ran --------------------------------------------------------------------------------------------------------

CHECK = """\
class Verdict(str):
    passed = False
hint = f"{answer} is too much: forgot to stop."
verdict = Verdict("Set answer to one more than two." if answer is None else hint)
if answer == 3:
    verdict = Verdict("Right."); verdict.passed = True
verdict
"""
CHECKS = [  # stub, check, solution, and what must be said
    ("answer = None", CHECK, "answer = 4", ["solution: passed is False", "too much"]),
    ("answer = 6 // 2", CHECK, "answer = 3", ["stub: passed is True"]),
    ("answer = None", CHECK.replace("Set answer to one more than two.", "No."), "answer = 3", ["what to do"]),
    ("answer = None", "if answer == 3: raise ValueError\n" + CHECK, "answer = 3", ["solution: raised ValueError"]),
    ("answer = None", CHECK + "print(1)", "answer = 3", ["stub: passed is None", "solution: passed is None"]),
    ("answer = None", CHECK.replace("= True", "= 1"), "answer = 3", ["solution: passed is None"]),
    ("answer = None", CHECK, "answer = 3", ["wrong answer 0: passed is True", "wrong answer 1: does not say 'divided"]),
]
WRONG = {6: [("answer = 2 + 1", "much"), ("answer = 9", "divided by"), ("answer = 4", ["4", "Too Much"])]}
CELLS = {
    "watch": "from lstm_demo import claims\nclaims.watch()\nassert True",
    "claim": "open('left.txt', 'w').close()\nheld = bytes(1) * 300_000_000\ndel held\nx = 1\nassert x == 2\nprint(x)",
    "guess": "import traceback\ntry: 1 / 0\nexcept Exception: traceback.print_exc()",
    "widget": "import ipywidgets\nseen = ipywidgets.Output()\nwith seen:\n    1 / 0\nseen",
    "traced": "ipywidgets.HTML('Traceback (most recent call last)')",
    "sound": "assert x == 1\nprint(x)",
    "stamp": "1 / 0",
}
NAMED = [
    "cell claim: ✗ This claim does not hold here: x == 2\n    x  is  1\n",
    "cell watch asserts but shows no number",
    "cell guess: ",
    "cell stamp: ZeroDivisionError",
    "in a widget: ZeroDivisionError",
    'in a widget: {"_dom_classes"',
    "stamp does not tell the seed",
]


def test_every_fault_of_a_run_is_named_and_what_it_writes_and_holds_is_seen(tmp_path):
    cells = [new_code_cell(source, id=key) for key, source in CELLS.items()]
    for stub, check, answer, _ in CHECKS:
        cells.insert(-1, new_code_cell(stub, metadata={"tags": ["exercise"]}))
        cells.insert(-1, new_code_cell(check, metadata={"tags": ["check"]}))
        cells.insert(-1, new_markdown_cell(f"```python\n{answer}\n```", metadata={"tags": ["solution"]}))
    ran = lessons.run(new_notebook(cells=[*cells]), tmp_path, WRONG)
    told = laws.of_run(ran)
    assert [words for words in NAMED if not any(words in complaint for complaint in told)] == []
    assert not any("cell sound" in complaint or "wrong answer 2" in complaint for complaint in told)
    wanted = [f"exercise {number}.*{words}" for number, (*_, said) in enumerate(CHECKS) for words in said]
    assert [pattern for pattern in wanted if not re.search(pattern, "\n".join(told))] == []
    assert lessons.shown(ran.notebook.cells[1]).endswith("1\n")  # it went on
    assert "not hold here: not x == 1" in ran.spoken
    assert ran.spoken.endswith("the lesson goes on\n")
    assert [written[0] for written in ran.written] == ["left.txt"]
    assert len(ran.notebook.cells) == len(cells)
    assert ran.peak is None or ran.peak > 300e6


def test_memory_that_was_taken_and_given_back_is_seen_but_for_mapped_files():
    peaks = []
    for megabytes in (0, 300):
        program = f"held = bytes(1) * {megabytes}_000_000\ndel held\nprint(flush=True)\ninput()"
        pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
        with subprocess.Popen([sys.executable, "-c", program], **pipes) as process:
            process.stdout.readline()
            peaks.append(lessons.memory_peak(process.pid))
            process.communicate(b"\n")
    if None in peaks:
        pytest.skip("no /proc to tell what the kernel held")
    assert 290e6 < peaks[1] - peaks[0] < 310e6


def test_the_committed_lesson_is_read_after_a_reader_has_played_with_it(tmp_path, monkeypatch):
    monkeypatch.setattr(lessons, "FOLDER", tmp_path)
    monkeypatch.delenv("LESSONS", raising=False)
    file = tmp_path / "07_tiny.ipynb"

    def written(source, to=file):
        nbformat.write(new_notebook(cells=[new_code_cell(source)]), to)
        return lessons.read(file.name).cells[0].source

    assert written("made") == "made"  # no git, no commit: the file
    author = ["-c", "user.name=t", "-c", "user.email=t@localhost"]
    for words in (["init", "-q"], ["add", "."], [*author, "commit", "-q", "-m", "a lesson", "--no-verify"]):
        subprocess.run(["git", *words], cwd=tmp_path, check=True)
    assert written("played") == "made"
    assert written("new", tmp_path / "Untitled.ipynb") == "made"
    assert (lessons.names(), lessons.tracked()) == ([file.name], [file.name])
    monkeypatch.setenv("LESSONS", "working")
    assert lessons.read(file.name).cells[0].source == "played"
