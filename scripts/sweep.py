"""Make the stored tables that lessons declare with `@table`, and the weights they open with, anew: minutes for each.

    python scripts/sweep.py              all of them, into data/
    python scripts/sweep.py windows.csv  some; --quick makes a tiny run into a temporary folder, --into names another

One thread, and every draw is seeded: on one machine all columns but `seconds` come out the same. On another processor
or version of torch they differ by rounding, and rounding grows in training. Other scripts of `make sweeps` share from
here where their files go, the thread, the form of a table, and what is printed.
"""

import argparse
import hashlib
import pkgutil
import platform
import sys
import tempfile
from contextlib import contextmanager
from datetime import date
from functools import partial
from importlib import import_module, metadata
from pathlib import Path

import torch
from threadpoolctl import threadpool_limits

from lstm_demo import keep, lessons
from lstm_demo.table import Table

DATA = Path(__file__).resolve().parents[1] / "data"


def options(description):
    """A parser of --quick and --into, to which a script may add its own."""
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--quick", action="store_true", help="a tiny run into a temporary folder: proves the script")
    parser.add_argument("--into", metavar="FOLDER", help="another folder than data/")
    return parser


def make(chosen, files, *packages) -> int:
    """Make each of the files, {name: write(path)}, and print its checksum; then what all were made on."""
    with folder_for(chosen.quick, chosen.into) as folder, one_thread():
        for name, write in files.items():
            write(folder / name)
            # the form of sha256sum: the line to keep in data/README.md
            print(f"{hashlib.sha256((folder / name).read_bytes()).hexdigest()}  {name}", flush=True)
    print(made_on("numpy", "torch", *packages))
    return 0


def write_table(path, kind, rows, written):
    """A header and a line for each row, shown as they come; the file only once all are there."""
    lines = [",".join(kind._fields)]
    for row in rows:
        lines.append(written(row))
        print(lines[-1], flush=True)
    path.write_bytes("".join(f"{line}\n" for line in lines).encode("ascii"))


@contextmanager
def folder_for(quick, into):
    """Where the files go: `into` if it is given, else data/, and for a quick run a folder that goes when it is done."""
    if into or not quick:
        yield Path(into or DATA)
        return
    with tempfile.TemporaryDirectory() as folder:
        yield Path(folder)


@contextmanager
def one_thread():
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        with threadpool_limits(1):
            yield
    finally:
        torch.set_num_threads(before)


def made_on(*packages):
    """A line for data/README.md: date, machine, versions."""
    versions = ", ".join(f"{name} {metadata.version(name)}" for name in packages)
    return f"{date.today()}, {platform.machine()}, one thread, Python {platform.python_version()}, {versions}"


def rooms():
    return [import_module(f"lstm_demo.lessons.{room.name}") for room in pkgutil.iter_modules(lessons.__path__)]


def tables():
    """{file: Table} of every lesson."""
    return {one.file: one for room in rooms() for one in vars(room).values() if isinstance(one, Table)}


def weights():
    """{file: function that trains a net, in few passes where it is told so} of every lesson."""
    return {file: made for room in rooms() for file, made in getattr(room, "WEIGHTS", {}).items()}


def writers(quick):
    """{file: write(path)} of all that can be made."""
    nets = {file: (lambda path, made=made: keep.save(made(*[1] * quick), path)) for file, made in weights().items()}
    return {file: partial(one.write, quick=quick) for file, one in tables().items()} | nets


def main(arguments=None) -> int:
    known = [*tables(), *weights()]
    parser = options("Make the stored tables and weights of the lessons anew.")
    parser.add_argument("files", nargs="*", metavar="FILE", help=f"some of {', '.join(known)}; left out, all")
    chosen = parser.parse_args(arguments)
    if unknown := set(chosen.files) - set(known):
        parser.error(f"expected some of {', '.join(known)}, got {', '.join(sorted(unknown))}")
    write = writers(chosen.quick)
    return make(chosen, {file: write[file] for file in chosen.files or known})


if __name__ == "__main__":
    sys.exit(main())
