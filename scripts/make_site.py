"""Build _site/: every lesson as a page that moves without a kernel, an index, and docs/ as pages.

    .venv/bin/python scripts/make_site.py              all pages; a minute or two
    .venv/bin/python scripts/make_site.py 03 05        these lessons only, beside the rest that is there
    .venv/bin/python scripts/make_site.py --again      run all once more: what differs, but for measured times?

A lesson is run by nbclient; what its explorers and predictions leave is told by site/recorded.py, and played by
site/player.js; site/around.py makes what stands around it. A page holds all that it needs, but for style.css and the
two scripts that lie beside it.
"""

import os
import re
import shutil
import sys
import time
from concurrent.futures import ProcessPoolExecutor
from datetime import datetime
from pathlib import Path

import nbformat
from nbclient import NotebookClient
from nbconvert import HTMLExporter
from nbconvert.preprocessors import CoalesceStreamsPreprocessor
from traitlets.config import Config

ROOT = Path(__file__).resolve().parents[1]
SOURCE, TARGET = ROOT / "site", ROOT / "_site"
sys.path.append(str(SOURCE))

import around  # noqa: E402
from around import LESSONS, plain  # noqa: E402

MOST_OF_A_PAGE, MOST_OF_ALL = 600_000, 4_000_000
AT_ONCE = 2  # lessons that are run side by side
# What a reader of a page need not see: imports, and the line that shows an explorer.
SET_UP = re.compile(r"$|import |from |claims\.watch\(\)|torch\.set_num_threads\(|\w+\.explore\(.*\)$")
CHECKED = "<p><em>An answer is checked in a notebook: this page has no kernel that could run it.</em></p>"


def main(wanted):
    if wanted == ["--again"]:
        return again()
    known = {path.name[:2]: path for path in LESSONS}
    if unknown := set(wanted) - set(known):
        raise SystemExit(f"expected --again, or some of {', '.join(known)}; got {', '.join(sorted(unknown))}")
    begun, recording = time.perf_counter(), 0
    TARGET.mkdir(exist_ok=True)
    for path, (page, seconds) in run([known[name] for name in wanted or known]):
        write(path.stem, around.front(path)[0], page)
        recording += seconds
    for name in around.DOCS:
        write(name, name.capitalize(), around.of_docs(name))
    write("index", "What does an LSTM remember?", around.index(written(LESSONS[0].stem)))
    for name in ("player.js", "step.js"):
        shutil.copy(SOURCE / name, TARGET)
    (TARGET / "style.css").write_text(around.style(), "utf-8")
    print(f"{recording / AT_ONCE:7.0f} s   of recording, on {AT_ONCE} cores")
    return report(time.perf_counter() - begun)


def write(name, title, body):
    (TARGET / f"{name}.html").write_text(around.page(name, title, body), "utf-8")


def written(name):
    return (TARGET / f"{name}.html").read_text("utf-8")


def run(chosen):
    """(path, what `lesson` makes of it) of each, some at once."""
    with ProcessPoolExecutor(AT_ONCE) as pool:
        yield from zip(chosen, pool.map(lesson, chosen), strict=True)


def again():
    """Run the lessons of the pages that are there once more; the exit status says whether all of them repeat."""
    other = [path.stem for path, (page, _) in run(LESSONS) if repeated(page) not in repeated(written(path.stem))]
    print(f"other than before: {', '.join(other) or 'none'} of {len(LESSONS)} pages")
    return int(bool(other))


def repeated(page):
    """A page without its cells that measure: times and machines differ from run to run, and nothing else does."""
    cells = re.split(r'(?=<div class="cell )', page)
    return "".join(cell for cell in cells if "celltag_measured" not in cell.partition(">")[0])


def report(seconds):
    """Print what each page weighs; the exit status says whether all budgets are kept."""
    sizes = {path.name: path.stat().st_size for path in sorted(TARGET.iterdir())}
    for name, size in sizes.items():
        print(f"{size / 1000:7.0f} kB  {name}")
    print(f"{sum(sizes.values()) / 1000:7.0f} kB  in all, of {MOST_OF_ALL / 1000:.0f}; {seconds:.0f} s")
    return int(max(sizes.values()) > MOST_OF_A_PAGE or sum(sizes.values()) > MOST_OF_ALL)


# --- a lesson --------------------------------------------------------------------------------------------------------


def lesson(path):
    """A notebook, run with what it shows recorded, as the HTML of its cells; and the seconds that recording took."""
    notebook = nbformat.read(path, as_version=4)
    notebook.cells.insert(0, nbformat.v4.new_code_cell("import recorded\nrecorded.on()"))
    client = NotebookClient(notebook, timeout=600, resources={"metadata": {"path": str(path.parent)}})
    client.execute(env={**os.environ, "PYTHONPATH": str(SOURCE), "OMP_NUM_THREADS": "1"})
    del notebook.cells[0]
    for cell in notebook.cells:
        prepare(cell)
    config = Config(TagRemovePreprocessor={"remove_input_tags": {"collapsed"}, "enabled": True})
    exporter = HTMLExporter(template_name="basic", config=config, exclude_input_prompt=True, exclude_output_prompt=True)
    seconds = sum(took(cell) for cell in notebook.cells if ".explore(" in cell.source)
    return plain(exporter.from_notebook_node(notebook)[0]), seconds


def took(cell):
    """Seconds of a cell that ran, as nbclient noted them."""
    first, last = (cell.metadata.execution[at] for at in ("iopub.execute_input", "shell.execute_reply"))
    return (datetime.fromisoformat(last) - datetime.fromisoformat(first)).total_seconds()


def prepare(cell):
    """What a page shows otherwise than a notebook: no folded input, no check, the style once for all."""
    if cell.cell_type == "markdown":
        cell.source = re.sub(r"^!\[.*\]\(pictures/.*\)\n", "", cell.source, flags=re.M)
        return
    if cell.metadata.get("jupyter", {}).get("source_hidden") or all(map(SET_UP.match, cell.source.splitlines())):
        cell.metadata.tags = [*cell.metadata.get("tags", ()), "collapsed"]
    if "check" in cell.metadata.get("tags", ()):
        cell.outputs = [nbformat.v4.new_output("display_data", {"text/html": CHECKED})]
    # A kernel sends what is printed in as many pieces as it likes.
    CoalesceStreamsPreprocessor().preprocess_cell(cell, {}, 0)
    for output in cell.outputs:
        data = output.get("data", {})
        if "text/html" in data:
            data["text/html"] = re.sub(r"<style>.*?</style>", "", data["text/html"], flags=re.S)


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
