"""What every lesson must be, law by law: each takes a notebook and yields its complaints, none if it is kept.

Its picture is judged in test_pictures.py; that it is stored without outputs, by nbstripout under `make lint`.
"""

import ast
import re
from collections import Counter
from pathlib import Path
from urllib.parse import unquote

import nbformat
from lessons import code_cells, errors, exercises, shown, tags, widget_errors

STATEMENTS, COLUMNS, WORDS = 12, 100, 1800
PICTURE = re.compile(r"!\[([^\]]*)\]\(([^)\s]+)\)")
LINK = re.compile(r"\]\(\s*<?([^)\s>]+)|(?:src|href)\s*=\s*[\"']([^\"']+)")
FENCED_BLOCK = re.compile(r"^```.*?^```", re.MULTILINE | re.DOTALL)
FENCED = re.compile(r"^```.*?^```|`[^`\n]*`", re.MULTILINE | re.DOTALL)
FETCHING = re.compile(r"pip3? +install|https?:|\burllib|\brequests\b|\bwget\b|\bcurl\b|\burlopen|\bconda +install")


def markdown(notebook):
    return [cell for cell in notebook.cells if cell.cell_type == "markdown"]


def unsaid(text, wanted):
    """The names of those patterns that are not found in a text, in either case."""
    return [name for name, pattern in wanted.items() if not re.search(pattern, text, re.IGNORECASE)]


def links(text):
    """(file, heading) of every link in a text, either of them empty."""
    return [unquote("".join(found)).partition("#")[::2] for found in LINK.findall(FENCED.sub("", text))]


def anchor(heading):
    """The place that a link can name, spelled as JupyterLab and code hosts spell it."""
    return re.sub(r"[*`]", "", heading.lstrip("# ")).strip().replace(" ", "-")


def sections(notebook, level="#+"):
    """{place of a heading: its cells down to the next, prose cut at the headings}; "": those before all headings."""
    found = {"": (inside := [])}
    for cell in notebook.cells:
        prose = FENCED_BLOCK.sub(lambda block: " " * len(block[0]), cell.source)  # as long, without headings
        begun = list(re.finditer(rf"^{level} +.*$", prose, re.MULTILINE)) if cell.cell_type == "markdown" else []
        ends = [heading.start() for heading in begun] + [len(prose)]
        inside.append(cell | {"source": cell.source[: ends[0]]})
        for heading, end in zip(begun, ends[1:], strict=True):
            inside = found[anchor(heading[0])] = [cell | {"source": cell.source[heading.start() : end]}]
    return {place: [nbformat.from_dict(cell) for cell in cells] for place, cells in found.items()}


def headings(page):
    """The places in a notebook that a link can name; in a page of Markdown too."""
    text = Path(page).read_text(encoding="utf-8")
    if Path(page).suffix == ".ipynb":
        return set(sections(nbformat.v4.reads(text)))
    return {anchor(line) for line in re.findall(r"^#+ +.*$", text, re.MULTILINE)}


# --- as it lies there ------------------------------------------------------------------------------------------------


def law_of_format(notebook):
    """Format 4.5, valid, every cell with an id of its own, and the kernel that every installation has."""
    if (notebook.nbformat, notebook.nbformat_minor) != (4, 5):
        yield "not nbformat 4.5"
    if max(Counter(cell.get("id") for cell in notebook.cells).values()) > 1:
        yield "an id of a cell is missing or used twice"
    if notebook.metadata.get("kernelspec", {}).get("name") != "python3":
        yield "the kernel is not 'python3'"
    try:
        nbformat.validate(notebook)
    except nbformat.ValidationError as error:
        yield f"not a valid notebook: {error.message}"


FRONT = {
    "the question": r"question",
    "what you will be able to do": r"able to|you can",
    "the minutes": r"\d+ +min",
    "what you need first": r"\bneed",
}


def law_of_front_matter(notebook, name):
    """Title with the lesson's number, the question, what one will be able to do, minutes, what one needs first."""
    first = notebook.cells[0].source
    if not first.startswith(f"# {name[:2]} · "):
        yield f"the title does not begin with '# {name[:2]} · '"
    yield from (f"the front matter does not say {words}" for words in unsaid(first, FRONT))


def law_of_thinness(notebook):
    """At most 12 statements a cell, those in loops and functions counted; nothing installed, nothing fetched."""
    for cell in code_cells(notebook):
        if re.search(r"^\s*[!%]", cell.source, re.MULTILINE):
            yield f"cell {cell.id} has a line for IPython alone"
            continue
        count = sum(isinstance(node, ast.stmt) for node in ast.walk(ast.parse(cell.source)))
        if count > STATEMENTS:
            yield f"cell {cell.id} has {count} statements, more than {STATEMENTS}"
        yield from (f"cell {cell.id} installs or fetches: {word}" for word in FETCHING.findall(cell.source))


# The words of the field, each told where it first stands: there it is written *so* or **so**.
TERMS = """hidden state; cell state; weights?; lanes?; gates?; stateless; stateful; state; resets?; padding
mask(?:ed|s)?; units?; layers?; features?; batch(?:es)?; seeds?; loss; gradients?; input windows?; gradient windows?
bias(?:es)?; norm; forget bias; truncated backpropagation; parameters?; logits?; gather; fused kernel; posterior; ROC
slopes?; epochs?; candidate; sigmoid; test error; bidirectional; unroll(?:ed|ing)?; learning rate; feed-forward"""


def law_of_reading(notebook, known=frozenset()):
    """At most 1,800 words, no line of code over 100 characters, every term told where it first stands."""
    count = sum(len(cell.source.split()) for cell in markdown(notebook))
    if count > WORDS:
        yield f"{count} words, more than {WORDS}"
    for cell in code_cells(notebook):
        long = [line for line in cell.source.splitlines() if len(line) > COLUMNS]
        yield from (f"cell {cell.id} has a line of {len(line)} characters: {line}" for line in long)
    for term, told in terms(notebook).items():
        if not told and term not in known:
            yield f"{term} is used before it is told"


def terms(notebook):
    """{term: whether it is emphasised where it first stands} of the terms in the prose behind the front matter."""
    prose = "\n".join(FENCED.sub("", cell.source) for cell in markdown(notebook)[1:])
    prose = re.sub(r"^#.*$|\]\([^)]*\)", "", prose, flags=re.MULTILINE)
    told = [range(*found.span()) for found in re.finditer(r"(\*\*?)[^*]+\1", prose)]
    first = {term: re.search(rf"\b{term}\b", prose, re.IGNORECASE) for term in re.split(r"; |\n", TERMS)}
    return {term: any(found.start() in span for span in told) for term, found in first.items() if found}


KINDS = {"exercise": "code", "check": "code", "solution": "markdown"}
FOLDED = re.compile(r"<details>.*\bhint.*^```python\n.*</details>", re.IGNORECASE | re.MULTILINE | re.DOTALL)


def law_of_exercises(notebook):
    """One exercise or two, each a stub, a check and a folded solution with a hint and one fenced block."""
    order = [(kind, cell.cell_type) for cell in notebook.cells for kind in KINDS if kind in tags(cell)]
    if order not in ([*KINDS.items()], [*KINDS.items()] * 2):
        yield f"one or two times exercise, check, solution are wanted; the tags are {order}"
    for number, exercise in enumerate(exercises(notebook)):
        if not (exercise.check and exercise.solution):
            yield f"exercise {number}: check and solution do not follow at once"
        if exercise.stub.strip() == exercise.solution.strip():
            yield f"exercise {number}: the stub is the solution"
    for cell in markdown(notebook):
        one_block = cell.source.count("```") == 2 and FOLDED.search(cell.source)
        if "solution" in tags(cell) and not one_block:
            yield f"the solution {cell.id} is not folded, or has no hint, or not exactly one ```python block"


def law_of_predictions(notebook):
    """At least one prediction, and for each a folded answer that can be read without a kernel."""
    asked = sum(len(re.findall(r"(?<![.\w])predict\(", cell.source)) for cell in code_cells(notebook))
    folded = sum(cell.source.count("<details>") for cell in markdown(notebook) if "solution" not in tags(cell))
    if not 0 < asked <= folded:
        yield f"{asked} predictions, and {folded} folded answers"


def law_of_ending(notebook):
    """It ends with the take-away in three lines and the statements it decided."""
    last = "\n".join(cell.source for cell in sections(notebook).get("Take-away", []))
    if re.findall(r"^\s*(\d+[.)]|[-*+])\s", last, re.MULTILINE) != ["1.", "2.", "3."]:
        yield "the ending has no take-away that is a list of three lines"
    if not re.search(r"\bS(1[0-6]|[1-9])\b", last):
        yield "the ending names no statement S1..S16"


def law_of_measures(notebook):
    """The cells that show times or the machine are tagged so, and no others: pages are compared without them."""
    for cell in code_cells(notebook):
        measures = re.search(r"^stamp\(|(?<!def )\b(laps|race)\(", cell.source, re.MULTILINE)
        if bool(measures) != ("measured" in tags(cell)):
            yield f"cell {cell.id} {'is not' if measures else 'is'} tagged as one that measures"


def law_of_links(notebook, folder):
    """Every link leads to a file, and to a heading where it names one; none holds on one machine only."""
    for path, place in (link for cell in markdown(notebook) for link in links(cell.source)):
        if re.match(r"[a-z]+:", path):
            continue
        if path.startswith("/") or not (Path(folder) / path).exists():
            yield f"{path} is linked to, which is not there"
        elif place and place not in (headings(Path(folder) / path) if path else sections(notebook)):
            yield f"{path}#{place} is linked to, which has no such heading"


def at_rest(notebook, name, folder, known=frozenset()):
    """All complaints that can be made without running."""
    alone = law_of_format, law_of_thinness, law_of_exercises, law_of_predictions, law_of_ending, law_of_measures
    told = [complaint for law in alone for complaint in law(notebook)]
    told += [*law_of_front_matter(notebook, name), *law_of_reading(notebook, known)]
    return [*told, *law_of_links(notebook, folder)]


# --- as it ran -------------------------------------------------------------------------------------------------------


def law_of_running(notebook):
    """No error and no traceback in any output, be it of a cell or in the saved state of a widget."""
    for cell in code_cells(notebook):
        yield from (f"cell {cell.id}: {problem}" for problem in errors(cell.outputs))
        if cell.source.strip() and cell.execution_count is None:
            yield f"cell {cell.id} did not run"
    yield from (f"in a widget: {problem}" for problem in widget_errors(notebook))


def law_of_claims(notebook):
    """Something is asserted, and whatever asserts also shows a number."""
    claims = [cell for cell in code_cells(notebook) if re.search(r"^\s*assert\b", cell.source, re.MULTILINE)]
    if not claims:
        yield "nothing is asserted"
    yield from (f"cell {cell.id} asserts but shows no number" for cell in claims if not re.search(r"\d", shown(cell)))


STAMP = {"a version": r"\d+\.\d+", "the seed": r"\bseeds?\b", "the largest difference": r"\bdifferences?\b"}


def law_of_stamp(notebook):
    """The last code cell tells versions, the seed and the largest differences."""
    yield from (f"the stamp does not tell {words}" for words in unsaid(shown(code_cells(notebook)[-1]), STAMP))


def law_of_answers(answers):
    """The solution passes; the stub does not and says what to do; a wrong answer does not and is told its mistake."""
    for one in answers:
        told = one.said.startswith("✓ " if one.passes else "✗ ") and len(one.said.split()) > 5
        if not told or not all(word.casefold() in one.said.casefold() for word in one.words):
            yield f"{one.whose}: expected {'✓' if one.passes else '✗'} and words with {one.words}, got {one.said}"


def of_run(ran):
    """All complaints about a run."""
    notebook = ran.notebook
    return [*law_of_running(notebook), *law_of_claims(notebook), *law_of_stamp(notebook), *law_of_answers(ran.answers)]
