"""What every lesson must be, law by law: each takes a notebook and returns its complaints, none if it is kept."""

import ast
import functools
import re
from collections import Counter
from pathlib import Path
from urllib.parse import unquote

import nbformat
from lessons import code_cells, errors, exercises, shown, tags, widget_errors

STATEMENTS, PICTURE_BYTES = 12, 60_000
PICTURE = re.compile(r"!\[([^\]]*)\]\(([^)\s]+)\)")
LINK = re.compile(r"\]\(\s*<?([^)\s>]+)|(?:src|href)\s*=\s*[\"']([^\"']+)")
FENCED = re.compile(r"^```.*?^```|`[^`\n]*`", re.MULTILINE | re.DOTALL)
FENCED_BLOCK = re.compile(r"^```.*?^```", re.MULTILINE | re.DOTALL)
ITEM = re.compile(r"\s*(\d+[.)]|[-*+])\s")
FETCHING = re.compile(r"pip3? +install|https?:|\burllib|\brequests\b|\bwget\b|\bcurl\b|\burlopen|\bconda +install")


def law(complaints):
    """Let a law be written as a generator of complaints and read as a list of them."""
    return functools.wraps(complaints)(lambda *given: list(complaints(*given)))


def markdown(notebook):
    return [cell for cell in notebook.cells if cell.cell_type == "markdown"]


def unsaid(text, wanted):
    """The names of those patterns that are not found in a text, in either case."""
    return [name for name, pattern in wanted.items() if not re.search(pattern, text, re.IGNORECASE)]


# --- as it lies there ------------------------------------------------------------------------------------------------


@law
def law_of_format(notebook):
    """Format 4.5, valid, every cell with an id of its own, and the kernel that every installation has."""
    if (notebook.nbformat, notebook.nbformat_minor) != (4, 5):
        yield "not nbformat 4.5"
    for key, count in Counter(cell.get("id") for cell in notebook.cells).items():
        if count > 1 or not key:
            yield f"cell id {key} is missing or used twice"
    kernel = notebook.metadata.get("kernelspec", {}).get("name")
    if kernel != "python3":
        yield f"kernel is {kernel!r}, not 'python3'"
    try:
        nbformat.validate(notebook)
    except nbformat.ValidationError as error:
        yield f"not a valid notebook: {error.message}"


@law
def law_of_stripping(notebook):
    """No outputs, no counts, no widget state, and nothing else that a run leaves behind."""
    if "widgets" in notebook.metadata:
        yield "the notebook keeps the state of widgets"
    for cell in notebook.cells:
        left = {"execution", "collapsed", "scrolled", "ExecuteTime"} & set(cell.metadata)
        yield from (f"cell {cell.id} keeps {key}" for key in sorted(left))
        if cell.cell_type == "code" and (cell.outputs or cell.execution_count is not None):
            yield f"cell {cell.id} keeps outputs or a count"


FRONT = {
    "the question": r"question",
    "what you will be able to do": r"able to|you can",
    "the minutes": r"\d+ +min",
    "what you need first": r"\bneed",
}


@law
def law_of_front_matter(notebook, name):
    """Title with the lesson's number, the question, what one will be able to do, minutes, what one needs first."""
    first = notebook.cells[0]
    if first.cell_type != "markdown":
        yield "the first cell is no Markdown"
    if not first.source.startswith(f"# {name[:2]} · "):
        yield f"the title does not begin with '# {name[:2]} · '"
    yield from (f"the front matter does not say {words}" for words in unsaid(first.source, FRONT))


@law
def law_of_picture(notebook, name, folder):
    """One picture in the first cell, a small PNG named like the lesson, with a sentence for those who cannot see it."""
    path, found = f"pictures/{Path(name).stem}.png", PICTURE.findall(notebook.cells[0].source)
    if [target for _, target in found] != [path]:
        yield f"the first cell wants one picture, {path}, and has {found}"
    if any(len(words.split()) < 6 for words, _ in found):
        yield "the picture's alternative text is no sentence"
    if not (Path(folder) / path).is_file():
        yield f"{path} does not exist"
        return
    data = (Path(folder) / path).read_bytes()
    if not data.startswith(b"\x89PNG") or len(data) >= PICTURE_BYTES:
        yield f"{path} is no PNG under {PICTURE_BYTES} bytes; it has {len(data)}"


@law
def law_of_thinness(notebook):
    """At most 12 statements a cell, those in loops and functions counted; nothing installed, nothing fetched."""
    for cell in code_cells(notebook):
        count = sum(isinstance(node, ast.stmt) for node in ast.walk(parsed(cell)))
        if count > STATEMENTS:
            yield f"cell {cell.id} has {count} statements, more than {STATEMENTS}"
        yield from (f"cell {cell.id} installs or fetches: {word}" for word in FETCHING.findall(cell.source))


def parsed(cell):
    """The syntax tree of a cell, without its lines for IPython alone."""
    return ast.parse(re.sub(r"^[%!].*$", "pass", cell.source, flags=re.MULTILINE))


# The words of the field, each told where it first stands: there it is written *so* or **so**.
TERMS = """hidden state; cell state; weights?; lanes?; gates?; stateless; stateful; state; resets?; padding
mask(?:ed|s)?; units?; layers?; features?; batch(?:es)?; seeds?; loss; gradients?; input windows?; gradient windows?
bias(?:es)?; norm; forget bias; truncated backpropagation; parameters?; logits?; gather; fused kernel; posterior; ROC
slopes?; epochs?; candidate; sigmoid; test error; bidirectional; unroll(?:ed|ing)?; learning rate; feed-forward"""
WORDS, COLUMNS = 1800, 100


@law
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


@law
def law_of_exercises(notebook):
    """One exercise or two, each a stub, a check and a folded solution with a hint and one fenced block."""
    tagged = [(kind, cell) for cell in notebook.cells for kind in KINDS if kind in tags(cell)]
    order = [kind for kind, _ in tagged]
    if order not in ([*KINDS], [*KINDS] * 2):
        yield f"one or two times exercise, check, solution are wanted; the tags are {order}"
    for kind, cell in tagged:
        if cell.cell_type != KINDS[kind]:
            yield f"the {kind} {cell.id} is no {KINDS[kind]} cell"
        if kind == "solution":
            yield from faults_of_solution(cell)
    for number, exercise in enumerate(exercises(notebook)):
        if not (exercise.check and exercise.solution):
            yield f"exercise {number}: check and solution do not follow at once"
        if exercise.stub.strip() == exercise.solution.strip():
            yield f"exercise {number}: the stub is the solution"


def faults_of_solution(cell):
    if not re.search(r"<details>.*^```python.*</details>", cell.source, re.DOTALL | re.MULTILINE):
        yield f"the solution {cell.id} is not folded"
    if not re.search(r"\bhint", cell.source, re.IGNORECASE):
        yield f"the solution {cell.id} has no hint"
    if re.findall(r"^```(\w*)[ \t]*$", cell.source, re.MULTILINE) != ["python", ""]:
        yield f"the solution {cell.id} wants exactly one ```python block"


@law
def law_of_predictions(notebook):
    """At least one prediction, and for each a folded answer that can be read without a kernel."""
    asked = sum(len(re.findall(r"(?<![.\w])predict\(", cell.source)) for cell in code_cells(notebook))
    folded = sum(cell.source.count("<details>") for cell in markdown(notebook) if "solution" not in tags(cell))
    if not asked:
        yield "no prediction is asked for"
    if folded < asked:
        yield f"{asked} predictions, but {folded} folded answers"


@law
def law_of_ending(notebook):
    """It ends with the take-away in three lines and the statements it decided."""
    ending = "\n\n".join(cell.source for cell in markdown(notebook)[-3:])
    if not re.search(r"\bS(1[0-6]|[1-9])\b", ending):
        yield "the ending names no statement S1..S16"
    _, *rest = re.split(r"take[- ]?away[^\n]*\n", ending, maxsplit=1, flags=re.IGNORECASE)
    if [items(text) for text in rest] != [3]:
        yield "the ending has no take-away that is a list of three lines"


def items(text):
    """How many items the first list in a text has; an item may run over several lines."""
    count = 0
    for line in filter(str.strip, text.splitlines()):
        if ITEM.match(line):
            count += 1
        elif count and not line.startswith(" "):
            break
    return count


@law
def law_of_links(notebook, folder):
    """Every link leads to a file, and to a heading where it names one; none holds on one machine only."""
    for cell in markdown(notebook):
        for target in ("".join(found) for found in LINK.findall(FENCED.sub("", cell.source))):
            path, _, place = unquote(target).partition("#")
            if re.match(r"[a-z]+:", path):
                continue
            if path.startswith("/") or not (Path(folder) / path).exists():
                yield f"cell {cell.id} links to {target}, which is not there"
            elif place and place not in headings(notebook if not path else Path(folder) / path):
                yield f"cell {cell.id} links to {target}, which has no such heading"


def headings(page):
    """The places in a notebook that a link can name, spelled as JupyterLab and code hosts spell them."""
    if isinstance(page, Path):
        page = nbformat.v4.reads(page.read_text(encoding="utf-8"))
    text = "\n".join(FENCED_BLOCK.sub("", cell.source) for cell in markdown(page))
    return {
        re.sub(r"[*`]", "", title).strip().replace(" ", "-") for title in re.findall(r"^#+ +(.*)$", text, re.MULTILINE)
    }


# --- as it ran -------------------------------------------------------------------------------------------------------


@law
def law_of_running(notebook):
    """No error and no traceback in any output, be it of a cell or in the saved state of a widget."""
    for cell in code_cells(notebook):
        yield from (f"cell {cell.id}: {problem}" for problem in errors(cell.outputs))
        if cell.source.strip() and cell.execution_count is None:
            yield f"cell {cell.id} did not run"
    yield from (f"in a widget: {problem}" for problem in widget_errors(notebook))


@law
def law_of_claims(notebook):
    """Something is asserted, and whatever asserts also shows a number."""
    claims = [cell for cell in code_cells(notebook) if re.search(r"^\s*assert\b", cell.source, re.MULTILINE)]
    if not claims:
        yield "nothing is asserted"
    yield from (f"cell {cell.id} asserts but shows no number" for cell in claims if not re.search(r"\d", shown(cell)))


STAMP = {"a version": r"\d+\.\d+", "the seed": r"\bseeds?\b", "the largest difference": r"\bdifferences?\b"}


@law
def law_of_stamp(notebook):
    """The last code cell tells versions, the seed and the largest differences."""
    yield from (f"the stamp does not tell {words}" for words in unsaid(shown(code_cells(notebook)[-1]), STAMP))


@law
def law_of_verdicts(judged):
    """The solution passes; the stub does not and says what to do; a wrong answer does not and is told its mistake."""
    for number, exercise in enumerate(judged):
        yield from faults_of_verdict(f"exercise {number}, solution", exercise.solution, True)
        yield from faults_of_verdict(f"exercise {number}, stub", exercise.stub, False)
        if len(exercise.stub.said.split()) < 5:
            yield f"exercise {number}: on the stub it does not say what to do, but {exercise.stub.said!r}"
        for which, (_, words, verdict) in enumerate(exercise.wrong):
            yield from faults_of_verdict(f"exercise {number}, wrong answer {which}", verdict, False, words)


def faults_of_verdict(whose, verdict, passes, words=()):
    if verdict.error:
        yield f"{whose}: raised {verdict.error}"
    if verdict.passed is not passes:
        yield f"{whose}: passed is {verdict.passed}, not {passes}; it says {verdict.said!r}"
    for word in [words] if isinstance(words, str) else words:
        if word.lower() not in verdict.said.lower():
            yield f"{whose}: does not say {word!r}, but {verdict.said!r}"
