"""What stands around a lesson as a page: titles, links, the index, docs as pages, and the style of all."""

import html
import re
from pathlib import Path

import nbformat
from nbconvert.filters.markdown_mistune import markdown2html_mistune
from pygments.formatters import HtmlFormatter

from lstm_demo.marks import DARK

SOURCE = Path(__file__).resolve().parent
LESSONS = sorted((SOURCE.parent / "notebooks").glob("[0-9][0-9]_*.ipynb"))
DOCS = ("questions", "statements", "names", "teaching", "frameworks")
NAMES = ["index", *(path.stem for path in LESSONS)]
FALLBACK = "<details><summary>The answer, if no button shows</summary>"


def read(name):
    return (SOURCE / name).read_text("utf-8")


def page(name, title, body):
    """The whole of a page, with links to the lesson before it and the one after it."""
    near = []
    if name in NAMES:
        at = NAMES.index(name)
        near += [(NAMES[at - 1], "← {}")] if at else []
        near += [(NAMES[at + 1], "{} →")] if at + 1 < len(NAMES) else []
    links = " ".join(f'<a href="{to}.html">{html.escape(arrow.format(called(to)))}</a>' for to, arrow in near)
    return read("page.html").format(title=html.escape(title), near=links, body=body)


def called(name):
    return "Lessons" if name == "index" else f"lesson {name[:2]}: {name[3:].replace('_', ' ')}"


def front(path):
    """(title, question) of a lesson, as its first cell says them."""
    first = nbformat.read(path, as_version=4).cells[0].source
    title = re.search(r"^# (.*)$", first, re.M)[1]
    return title, re.search(r"\*\*The question\.\*\* (.*?)(?: \*\*Afterwards|\n\n)", first, re.S)[1]


def plain(body):
    """Links between notebooks and docs as links between pages; what is on no page is named and not linked."""
    body = body.replace(FALLBACK, FALLBACK.replace("<details", '<details class="fallback"'))
    body = re.sub(r'href="(?:\.\./notebooks/)?(\d\d_\w+)\.ipynb', r'href="\1.html', body)
    body = re.sub(rf'href="(?:\.\./docs/|docs/)?({"|".join(DOCS)})\.md', r'href="\1.html', body)
    return re.sub(r'<a href="(?!https?:|#|\w+\.html)([^"]*)">(.*?)</a>', r'<span title="\1">\2</span>', body)


def of_docs(name):
    """A file of docs/ as the body of a page, with links to its sections before the first of them."""
    body = plain(markdown2html_mistune(read(f"../docs/{name}.md")))
    found = re.findall(r'<h2 id="(.*?)">(.*?)<a class="anchor-link"', body)
    links = " ".join(f'<a href="#{place}">{words}</a>' for place, words in found)
    return body.replace("<h2", f'<nav class="contents">{links}</nav><h2', 1)


def index(first):
    """The first explorer of the page of the first lesson, then every lesson with its question."""
    board = re.search(r'<figure class="explorer".*?</figure>', first, re.S)[0]
    rows = ""
    for path in LESSONS:
        title, question = front(path)
        rows += (
            f'<li><a href="{path.stem}.html">{html.escape(title)}</a><br>{markdown2html_mistune(question)[3:-5]}</li>'
        )
    return read("index.html").format(count=len(LESSONS), board=board, lessons=plain(rows))


def style():
    """Our own few lines, the colours of code in light and dark, and the colours of pictures on a dark page."""
    darker = "".join(f"--lstm-{light[1:].lower()}: {dark}; " for light, dark in DARK.items())
    code, dark_code = (HtmlFormatter(style=name).get_style_defs(".highlight") for name in ("tango", "github-dark"))
    dark = f"@media screen and (prefers-color-scheme: dark) {{\n:root {{ {darker} }}\n{dark_code}\n}}"
    return f"{code}\n{read('style.css')}\n{dark}\n"
