"""Measure every budget of the repository, and write the figures into docs/budgets.md as a column of its table.

    .venv/bin/python scripts/make_budgets.py

The column is that of the environment in which this runs; `make binder` adds that of Binder's versions. Judged are
processor seconds, which other work on the machine hardly changes; what the clock said stands beside them in brackets.
Ends with 1 if a limit is missed.
"""

import datetime
import json
import os
import platform
import re
import subprocess
import sys
from pathlib import Path

import make_env
import page_table

ROOT = make_env.ROOT
PAGE = ROOT / "docs" / "budgets.md"
LESSON = re.compile(r"\d\d_[a-z0-9_]+\.ipynb")
KEY, LIMIT, KEPT = "budget", "limit", "kept"
VERSIONS = ("ipykernel", "ipywidgets", "jupyterlab", "matplotlib", "numpy", "scikit-learn", "torch")

# In a fresh process: how long until the package is there, as measure_lesson.py tells it.
IMPORT = """
import json, time
clock, worked = time.perf_counter(), time.process_time()
import lstm_demo
print(json.dumps({"clock": time.perf_counter() - clock, "worked": time.process_time() - worked}))
"""


def main():
    sys.exit(1 if measure("make budgets", ROOT / ".venv", of_the_tree()) else 0)


def measure(heading, venv, more=None):
    """Measure an environment, print and write its column, and return the rows that miss their limit."""
    rows = [*facts(venv), *of_the_environment(venv), *(more or {}).items()]
    for name, figure in rows:
        print(f"budgets: {name}: {figure}")
    write_down(heading, dict(rows))
    missed = [row for row in page_table.read(PAGE.read_text(encoding="utf-8")) if row[KEPT] == "**no**"]
    for row in missed:
        print(f"budgets: missed: {row[KEY]}: expected {row[LIMIT]}, got {row[heading]}")
    return missed


# --- the rows ---------------------------------------------------------------------------------------------------------


def lessons():
    return sorted(path for path in (ROOT / "notebooks").glob("*.ipynb") if LESSON.fullmatch(path.name))


def limits():
    """{row: limit} of all rows that have one, in the order of the page."""
    each = {}
    for path in lessons():
        each |= {f"{path.stem}, time": "20 s", f"{path.stem}, memory": "450 MB"}
    return {
        "`import lstm_demo` in a fresh process": "0.30 s",
        "first picture of lesson 00, from kernel start": "10 s",
        **each,
        "all lessons, time": "120 s",
        "the environment": "2000 MB",
        "the repository": "5 MB",
        "largest picture of a lesson": "60 kB",
        "code cells of the longest lesson": "18 cells",
        "lines of the longest module": "250 lines",
    }


def facts(venv):
    """What the figures depend on: (row, what it was), one after another."""
    yield "date", datetime.date.today().isoformat()
    yield "machine", f"{platform.system()} {platform.machine()}, {os.cpu_count()} cores, one of them used"
    yield "Python", make_env.python_in(venv)
    yield from ((name, make_env.installed(venv, name) or page_table.NONE) for name in VERSIONS)


def of_the_environment(venv):
    """(row, figure) of all that depends on the environment."""
    python = make_env.python_of(venv)
    yield "`import lstm_demo` in a fresh process", seconds([quickest_import(python)], digits=2)
    took = {path: lesson(python, path) for path in lessons()}
    yield "first picture of lesson 00, from kernel start", seconds([took[lessons()[0]]["picture"]])
    for path, one in took.items():
        yield f"{path.stem}, time", seconds([one])
        yield f"{path.stem}, memory", f"{one['own'] / 1e6:.0f} MB ({one['peak'] / 1e6:.0f} MB)"
    yield "all lessons, time", seconds(took.values())
    yield "the environment", f"{bytes_below(venv) / 1e6:.0f} MB"


def of_the_tree():
    """{row: figure} of what does not depend on an environment."""
    pictures = (ROOT / "notebooks" / "pictures").glob("*.png")
    modules = (ROOT / "lstm_demo").rglob("*.py")
    return {
        "the repository": f"{sum(path.stat().st_size for path in tracked()) / 1e6:.1f} MB",
        "largest picture of a lesson": f"{max(path.stat().st_size for path in pictures) / 1e3:.0f} kB",
        "code cells of the longest lesson": f"{max(map(code_cells, lessons()))} cells",
        "lines of the longest module": f"{max(len(path.read_bytes().splitlines()) for path in modules)} lines",
    }


# --- the measures -----------------------------------------------------------------------------------------------------


def quickest_import(python):
    """The quickest of five, as what else a machine does only adds."""
    told = (subprocess.run([python, "-c", IMPORT], cwd=ROOT, stdout=subprocess.PIPE, check=True) for _ in range(5))
    return min((json.loads(one.stdout) for one in told), key=lambda one: one["worked"])


def lesson(python, path):
    """What one lesson took, in a process of its own."""
    print(f"budgets: {path.stem} ...", flush=True)
    command = [python, "scripts/measure_lesson.py", path]
    told = subprocess.run(command, cwd=ROOT, env=quiet(), stdout=subprocess.PIPE, text=True, check=True)
    return json.loads(told.stdout)


def quiet():
    """The notes of matplotlib in our own folder, as the Makefile has it, and no more threads than one."""
    return {"MPLCONFIGDIR": str(ROOT / ".venv" / "matplotlib"), **os.environ, "OMP_NUM_THREADS": "1"}


def seconds(took, digits=1):
    worked, clock = (sum(one[which] for one in took) for which in ("worked", "clock"))
    return f"{worked:.{digits}f} s ({clock:.{digits}f} s)"


def tracked():
    told = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    return [path for name in told.split("\0") if name and (path := ROOT / name).is_file()]


def code_cells(path):
    return sum(cell["cell_type"] == "code" for cell in json.loads(path.read_text(encoding="utf-8"))["cells"])


def bytes_below(folder):
    """Bytes of the files below a folder, each counted once however many names it has."""
    found = {}
    for path in Path(folder).rglob("*"):
        if path.is_file() and not path.is_symlink():
            status = path.stat()
            found[status.st_dev, status.st_ino] = status.st_size
    return sum(found.values())


# --- the page ---------------------------------------------------------------------------------------------------------


def write_down(heading, figures):
    """Put the column into the page, and judge every row anew over all columns."""
    bound = limits()
    names = [name for name in figures if name not in bound] + list(bound)
    others = page_table.read(PAGE.read_text(encoding="utf-8"))
    of_row = {row[KEY]: [cell for at, cell in row.items() if at not in (KEY, LIMIT, KEPT, heading)] for row in others}
    judged = {name: kept(bound[name], [figures.get(name, ""), *of_row.get(name, ())]) for name in bound}
    columns = {LIMIT: {name: f"at most {bound[name]}" for name in bound}, KEPT: judged}
    empty = dict.fromkeys(names, "")
    columns = {at: {**empty, **cells} for at, cells in columns.items()}
    page_table.put(PAGE, KEY, {**columns, heading: figures})


def kept(limit, figures):
    """'yes', or '**no**' if one of the figures does not stay below the limit; figures that are not there count not."""
    there = [number_in(figure, limit.split()[1]) for figure in figures if re.match(r"\d", figure)]
    return "yes" if all(one <= float(limit.split()[0]) for one in there) else "**no**"


def number_in(figure, unit):
    """'7.2 s (8.1 s)' -> 7.2"""
    number, found = re.match(r"([\d.]+) (\w+)", figure).groups()
    if found != unit:
        raise ValueError(f"figure: expected it in {unit}, got {figure!r}")
    return float(number)


if __name__ == "__main__":
    main()
