"""Build _site/: every lesson as a page that moves without a kernel, an index, and docs/ as pages.

    .venv/bin/python scripts/make_site.py              all pages; a minute or two
    .venv/bin/python scripts/make_site.py 03 05        these lessons only, beside the rest that is there
    .venv/bin/python scripts/make_site.py --again      run all once more: what differs, but for measured times?

A lesson is run by nbclient; what its explorers and predictions leave is told by site/recorded.py, and played by
site/player.js. A page holds all that it needs, but for style.css and the two scripts that lie beside it.
"""

import html
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
from nbconvert.filters.markdown_mistune import markdown2html_mistune
from nbconvert.preprocessors import CoalesceStreamsPreprocessor
from pygments.formatters import HtmlFormatter
from traitlets.config import Config

from lstm_demo.marks import DARK

ROOT = Path(__file__).resolve().parents[1]
SOURCE, TARGET = ROOT / "site", ROOT / "_site"
LESSONS = sorted((ROOT / "notebooks").glob("[0-9][0-9]_*.ipynb"))
DOCS = ("questions", "statements", "names", "teaching", "frameworks")
MOST_OF_A_PAGE, MOST_OF_ALL = 600_000, 4_000_000
AT_ONCE = 2  # lessons that are run side by side
# What a reader of a page need not see: imports, and the line that shows an explorer.
SET_UP = re.compile(r"$|import |from |claims\.watch\(\)|torch\.set_num_threads\(|\w+\.explore\(.*\)$")
CHECKED = "<p><em>An answer is checked in a notebook: this page has no kernel that could run it.</em></p>"
FALLBACK = "<details><summary>The answer, if no button shows</summary>"


def main(wanted):
    if wanted == ["--again"]:
        return again()
    begun, recording = time.perf_counter(), 0
    TARGET.mkdir(exist_ok=True)
    for path, (page, seconds) in run([path for path in LESSONS if not wanted or path.name[:2] in wanted]):
        write(path.stem, title_of(path), page)
        recording += seconds
    for name in DOCS:
        write(name, name.capitalize(), with_contents(plain(read_markdown(ROOT / "docs" / f"{name}.md"))))
    write("index", "What does an LSTM remember?", index())
    for name in ("player.js", "step.js"):
        shutil.copy(SOURCE / name, TARGET)
    (TARGET / "style.css").write_text(style(), "utf-8")
    print(f"{recording / AT_ONCE:7.0f} s   of recording, on {AT_ONCE} cores")
    return report(time.perf_counter() - begun)


def run(chosen):
    """(path, what `lesson` makes of it) of each, some at once."""
    with ProcessPoolExecutor(AT_ONCE) as pool:
        yield from zip(chosen, pool.map(lesson, chosen), strict=True)


def again():
    """Run the lessons of the pages that are there once more; the exit status says whether all of them repeat."""
    other = [
        path.stem
        for path, (page, _) in run(LESSONS)
        if repeated(page) not in repeated((TARGET / f"{path.stem}.html").read_text("utf-8"))
    ]
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


def plain(page):
    """Links between notebooks and docs as links between pages; what is on no page is named and not linked."""
    page = page.replace(FALLBACK, FALLBACK.replace("<details", '<details class="fallback"'))
    page = re.sub(r'href="(?:\.\./notebooks/)?(\d\d_\w+)\.ipynb', r'href="\1.html', page)
    page = re.sub(rf'href="(?:\.\./docs/|docs/)?({"|".join(DOCS)})\.md', r'href="\1.html', page)
    return re.sub(r'<a href="(?!https?:|#|\w+\.html)([^"]*)">(.*?)</a>', r'<span title="\1">\2</span>', page)


def read_markdown(path):
    return markdown2html_mistune(path.read_text("utf-8"))


def with_contents(page):
    """A page of docs with links to its sections before the first of them."""
    found = re.findall(r'<h2 id="(.*?)">(.*?)<a class="anchor-link"', page)
    links = " ".join(f'<a href="#{place}">{words}</a>' for place, words in found)
    return page.replace("<h2", f'<nav class="contents">{links}</nav><h2', 1) if found else page


def title_of(path):
    return front(path)[0]


def front(path):
    """(title, question) of a lesson, as its first cell says them."""
    first = nbformat.read(path, as_version=4).cells[0].source
    title = re.search(r"^# (.*)$", first, re.M)[1]
    return title, re.search(r"\*\*The question\.\*\* (.*?)(?: \*\*Afterwards|\n\n)", first, re.S)[1]


# --- the page around it ----------------------------------------------------------------------------------------------


def write(name, title, body):
    names = ["index", *(path.stem for path in LESSONS)]
    around = ""
    if name in names:
        at = names.index(name)
        near = [(names[at - 1], "← {}") if at else None, (names[at + 1], "{} →") if at + 1 < len(names) else None]
        around = " ".join(
            f'<a href="{to}.html">{html.escape(arrow.format(called(to)))}</a>' for to, arrow in filter(None, near)
        )
    page = f"""<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>{html.escape(title)}</title><link rel="stylesheet" href="style.css"></head>
<body><nav><a href="index.html">Lessons</a> <a href="questions.html">Questions</a> {around}</nav>
<main>{body}</main>
<nav>{around}</nav><script src="player.js"></script><script src="step.js"></script></body></html>
"""
    (TARGET / f"{name}.html").write_text(page, "utf-8")


def called(name):
    return "Lessons" if name == "index" else f"lesson {name[:2]}: {name[3:].replace('_', ' ')}"


def index():
    """The first explorer at once, then every lesson with its question."""
    board = re.search(
        r'<figure class="explorer".*?</figure>', (TARGET / f"{LESSONS[0].stem}.html").read_text("utf-8"), re.S
    )
    rows = "".join(
        f'<li><a href="{path.stem}.html">{html.escape(title)}</a><br>{markdown2html_mistune(question)[3:-5]}</li>'
        for path in LESSONS
        for title, question in [front(path)]
    )
    told = {"count": len(LESSONS), "board": board[0], "lessons": plain(rows)}
    return (SOURCE / "index.html").read_text("utf-8").format_map(told)


def style():
    """Our own few lines, the colours of code in light and dark, and the colours of pictures on a dark page."""
    darker = "".join(f"--lstm-{light[1:].lower()}: {dark}; " for light, dark in DARK.items())
    code = HtmlFormatter(style="tango").get_style_defs(".highlight")
    dark_code = HtmlFormatter(style="github-dark").get_style_defs(".highlight")
    ours = (SOURCE / "style.css").read_text("utf-8")
    return f"{code}\n{ours}\n@media screen and (prefers-color-scheme: dark) {{\n:root {{ {darker} }}\n{dark_code}\n}}\n"


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
