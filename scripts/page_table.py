"""A table in a Markdown page whose columns are made by commands: each puts in its own and leaves the others' alone.

The table stands between two comments, so that what is written around it by hand stays. Rows are those of the last
command; where another column has no such row yet, it shows a dash.
"""

BEGIN, END = "<!-- made by a command from here -->", "<!-- to here -->"
NONE = "–"


def read(text):
    """[{heading: cell}, ...] of the table in a page, a dict a row; [] where it has none yet."""
    _, table, _ = parted(text)
    lines = [split(line) for line in table.splitlines() if line.startswith("|")]
    return [dict(zip(lines[0], line, strict=True)) for line in lines[2:]]


def put(page, key, columns):
    """Write columns, {heading: {row: cell}}, into the page; `key` is the heading over the names of the rows."""
    text = page.read_text(encoding="utf-8")
    before = {row[key]: row for row in read(text)}
    names = list(next(iter(columns.values())))
    rows = [{key: name, **without(before.get(name, {}), key)} for name in names]
    headings = list(dict.fromkeys([key, *(next(iter(before.values()), {})), *columns]))
    for row in rows:
        row.update({heading: cells.get(row[key], NONE) for heading, cells in columns.items()})
    page.write_text(replaced(text, drawn(headings, rows)), encoding="utf-8")


def without(row, key):
    return {heading: cell for heading, cell in row.items() if heading != key}


def drawn(headings, rows):
    lines = [headings, ["---"] * len(headings), *([row.get(heading, NONE) for heading in headings] for row in rows)]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


def split(line):
    return [cell.strip() for cell in line.strip().strip("|").split("|")]


def parted(text):
    """What stands before the table, the table, and what stands after it."""
    if text.count(BEGIN) != 1 or text.count(END) != 1 or text.index(END) < text.index(BEGIN):
        raise ValueError(f"page: expected {BEGIN!r} and then {END!r}, once each; put them where the table should stand")
    head, rest = text.split(BEGIN)
    table, tail = rest.split(END)
    return head, table, tail


def replaced(text, table):
    head, _, tail = parted(text)
    return f"{head}{BEGIN}\n\n{table}\n{END}{tail}"
