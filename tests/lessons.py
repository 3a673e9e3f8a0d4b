"""Find, read and run the lessons: one fresh kernel a notebook, and everything a test asks of it in that one kernel.

What is judged is the lesson as committed, so that a reader who plays with a notebook in the working tree keeps a green
suite. Set LESSONS=working to judge the files as they lie there instead, while writing a lesson.
"""

import ast
import functools
import json
import os
import re
import subprocess
import tempfile
import time
from pathlib import Path
from typing import NamedTuple

import nbformat
import psutil
import torch
from nbclient import NotebookClient
from wrong_answers import WRONG_ANSWERS

from lstm_demo.claims import CLAIM

FOLDER = Path(__file__).resolve().parent.parent / "notebooks"
# What JupyterLab makes by itself, Untitled.ipynb or 00_start_here-Copy1.ipynb, is no lesson.
LESSON = re.compile(r"\d\d_[a-z0-9_]+\.ipynb")
FENCE = re.compile(r"^```python[ \t]*\n(.*?)^```[ \t]*$", re.MULTILINE | re.DOTALL)
QUIET = 0.21  # seconds of `fixed_work` on the machine that the lessons were written on, with nothing beside it
TWICE = 1.0  # seconds: a cell that is quicker is run twice


class Exercise(NamedTuple):
    """Stub, check and solution: what a reader finds, and what the solution puts in place of the stub."""

    stub: str
    check: str
    solution: str


class Answer(NamedTuple):
    """What a check said of an answer, or the error that was raised; and what it should say."""

    whose: str
    passes: bool
    words: tuple
    said: str


class Executed(NamedTuple):
    """A lesson after one run."""

    notebook: nbformat.NotebookNode  # with all outputs
    cpu: float  # seconds that the kernel worked, each cell counted once
    slow: float  # how many times as long as QUIET a fixed piece of work took, before and after, 1 at least
    peak: int | None  # most bytes that the kernel held, mapped files left out; None where there is no /proc to tell it
    written: list  # files
    answers: list  # one Answer for each stub, solution and wrong answer
    spoken: str  # what the lesson said when its last claims were turned round


# --- find and read ---------------------------------------------------------------------------------------------------


def git(*words):
    """What git says about the lessons' folder, or None where there is no git, no repository or no such thing in it."""
    try:
        told = subprocess.run(["git", *words], cwd=FOLDER, capture_output=True, text=True, encoding="utf-8")
    except OSError:
        return None
    return told.stdout if told.returncode == 0 else None


def names():
    """File names of the lessons: those in the folder, and those that are committed."""
    here = {path.name for path in FOLDER.glob("*.ipynb") if LESSON.fullmatch(path.name)}
    return sorted(here | set(tracked()))


def tracked():
    told = (git("ls-tree", "--name-only", "HEAD", "./") or "").splitlines()
    return [name for name in told if name.endswith(".ipynb")]


def read(name):
    """The notebook as written: nbformat's own `read` would mend doubled cell ids before a law could see them."""
    text = None if os.environ.get("LESSONS") == "working" else git("show", f"HEAD:./{name}")
    return nbformat.v4.reads((FOLDER / name).read_text(encoding="utf-8") if text is None else text)


def tags(cell):
    return cell.metadata.get("tags", [])


def code_cells(notebook):
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def exercises(notebook):
    """Every exercise in the order of the page; a check or solution that is not where it belongs is left empty."""
    found = []
    for place, cell in enumerate(notebook.cells):
        if "exercise" in tags(cell):
            check = [after.source for after in notebook.cells[place + 1 : place + 2] if "check" in tags(after)]
            folded = [after.source for after in notebook.cells[place + 2 : place + 3] if "solution" in tags(after)]
            blocks = FENCE.findall("".join(folded))
            found.append(Exercise(cell.source, "".join(check), "".join(blocks[:1])))
    return found


# --- run -------------------------------------------------------------------------------------------------------------


@functools.cache
def executed(name):
    """The lesson of that file name, run once in this process and kept."""
    return run(read(name), FOLDER, WRONG_ANSWERS.get(Path(name).stem, {}))


def run(notebook, folder, wrong=None):
    """Run every cell in the lesson's folder, then put each answer in place of its stub, in the same kernel.

    The answers come after the last cell: that is where a reader stands who ran all and then scrolled back.
    """
    before, pace = listing(folder), fixed_work()
    with tempfile.TemporaryDirectory() as home:
        client = NotebookClient(notebook, timeout=120, allow_errors=True, resources={"metadata": {"path": str(folder)}})
        # An IPython folder of its own: a reader's start-up files are no part of a lesson. One thread, as on one core:
        # with more, those that wait for others count as work.
        with client.setup_kernel(env={**os.environ, "IPYTHONDIR": home, "OMP_NUM_THREADS": "1"}):
            kernel = psutil.Process(client.km.provisioner.pid)
            again = sum(twice(kernel, client.execute_cell, cell, k) for k, cell in enumerate([*notebook.cells]))
            client.set_widgets_metadata()
            peak = memory_peak(kernel.pid)
            answers = [*judged(client, wrong or {})]
            spoken = shown(execute(client, turned_round(notebook)))
            cpu = worked(kernel) - again
    slow = max(1.0, (pace + fixed_work()) / 2 / QUIET)
    return Executed(notebook, cpu, slow, peak, sorted(listing(folder) - before), answers, spoken)


def twice(kernel, execute, *cell):
    """Run a cell, and a quick one once more, as a reader may; seconds that the kernel worked on it again."""
    before = worked(kernel)
    execute(*cell)
    once = worked(kernel)
    if once - before < TWICE:
        execute(*cell)
    return worked(kernel) - once


def worked(kernel):
    return sum(kernel.cpu_times()[:2])


def fixed_work():
    """Processor seconds of a piece of work like that of the lessons: a small LSTM on one thread, there and back."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    net, x = torch.nn.LSTM(8, 32, batch_first=True), torch.ones(64, 32, 8)
    for step in range(130):
        if step == 10:  # the first ones also make room
            started = time.process_time()
        net(x)[0].square().mean().backward()
    torch.set_num_threads(threads)
    return time.process_time() - started


def listing(folder):
    """Every file with its size and time of change; but the notebooks, which a reader may be saving meanwhile."""
    files = [path for path in Path(folder).rglob("*") if path.is_file() and path.suffix != ".ipynb"]
    return {(str(path.relative_to(folder)), path.stat().st_size, path.stat().st_mtime_ns) for path in files}


def memory_peak(process):
    """Bytes of the process of that number at most, without mapped files; None where there is no /proc.

    Linux tells the peak of both together alone. What is mapped only grows here, so that this is an upper bound.
    """
    try:
        lines = Path(f"/proc/{process}/status").read_text().splitlines()
    except OSError:
        return None
    peak, files = (next(1024 * int(line.split()[1]) for line in lines if line.startswith(k)) for k in ("VmHWM", "RssF"))
    return peak - files


def judged(client, wrong):
    """The Answers: what a reader sees who writes each into its stub and runs it and the check."""
    for number, exercise in enumerate(exercises(client.nb)):
        given = [("stub", False, (), exercise.stub), ("solution", True, (), exercise.solution)]
        given += [(f"wrong answer {k}", False, words, code) for k, (code, words) in enumerate(wrong.get(number, []))]
        for whose, passes, words, code in given:
            cells = [execute(client, source) for source in (code, exercise.check)]
            said = "; ".join(error for cell in cells for error in errors(cell.outputs)) or shown(cells[-1])
            words = (words,) if isinstance(words, str) else words
            yield Answer(f"exercise {number}, {whose}", passes, words, said)


def turned_round(notebook):
    """The last three claims of a lesson as a cell that says their opposite, and goes on.

    Names are used again further down a page, so that a claim may be without sense at its end; one at least has it.
    """
    lines = [line for cell in code_cells(notebook) for line in ast.parse(cell.source).body]
    claims = [line.test for line in lines if isinstance(line, ast.Assert)]
    tried = (f"try:\n    assert not ({ast.unparse(test)})\nexcept TypeError:\n    pass" for test in claims[-3:])
    return "\n".join([*tried, "print('the lesson goes on')"])


def execute(client, source):
    """Run a cell that is no part of the lesson: nbclient wants it in the notebook, but only while it runs."""
    cells = client.nb.cells
    cells.append(nbformat.v4.new_code_cell(source))
    try:
        return client.execute_cell(cells[-1], len(cells) - 1)
    finally:
        cells.pop()


# --- what came out ---------------------------------------------------------------------------------------------------


def errors(outputs):
    """Errors and claims that failed among outputs of a cell or a saved Output widget, and whatever has a traceback."""
    found = []
    for output in outputs:
        if output["output_type"] == "error":
            found.append(f"{output['ename']}: {output['evalue']}")
        elif CLAIM in output.get("metadata", {}):
            found.append(output["data"]["text/plain"])
        elif "Traceback" in (text := json.dumps(output)):
            found.append(text[max(0, text.index("Traceback") - 100) :][:600])
    return found


def widget_errors(notebook):
    """What callbacks left behind: an error in one fails no cell, it only stands in the saved state of a widget."""
    saved = notebook.metadata.get("widgets", {}).get("application/vnd.jupyter.widget-state+json", {}).get("state", {})
    states = [model["state"] for model in saved.values()]
    rest = [json.dumps(state | {"outputs": []}) for state in states]
    found = [error for state in states for error in errors(state.get("outputs", ()))]
    return found + [text for text in rest if "Traceback" in text]


def shown(cell):
    """All that a cell shows as text."""
    plain = [output.get("text") or output.get("data", {}).get("text/plain", "") for output in cell.outputs]
    return "\n".join(plain)
