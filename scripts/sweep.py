"""Make the stored tables that lessons declare with `@table`, and the weights they open with, anew: minutes for each.

    python scripts/sweep.py              all of them, into data/
    python scripts/sweep.py windows.csv  some; --quick makes a tiny run into a temporary folder, --into names another

One thread, and every draw is seeded: on one machine all columns but `seconds` come out the same. On another processor
or version of torch they differ by rounding, and rounding grows in training.
"""

import argparse
import hashlib
import pkgutil
import platform
import sys
from datetime import date
from functools import partial
from importlib import import_module, metadata
from pathlib import Path
from tempfile import TemporaryDirectory

from threadpoolctl import threadpool_limits

from lstm_demo import keep, lessons
from lstm_demo.table import Table

DATA = Path(__file__).resolve().parents[1] / "data"
ROOMS = [import_module(f"lstm_demo.lessons.{room.name}") for room in pkgutil.iter_modules(lessons.__path__)]


def make(files, quick=False, into=None):
    """Make each of the files, {name: write(path)}, on one thread; print their checksums, and what they were made on."""
    with TemporaryDirectory() as scratch, threadpool_limits(1):  # torch's threads are those of OpenMP, limited too
        folder = Path(into or (scratch if quick else DATA))
        for name, write in files.items():
            write(folder / name)
            # the form of sha256sum: the line to keep in data/README.md
            print(f"{hashlib.sha256((folder / name).read_bytes()).hexdigest()}  {name}", flush=True)
    versions = ", ".join(f"{name} {metadata.version(name)}" for name in ("numpy", "torch"))
    print(f"{date.today()}, {platform.machine()}, one thread, Python {platform.python_version()}, {versions}")


def tables():
    """{file: Table} of every lesson."""
    return {one.file: one for room in ROOMS for one in vars(room).values() if isinstance(one, Table)}


def weights():
    """{file: function that trains a net, in few passes where it is told so} of every lesson."""
    return {file: made for room in ROOMS for file, made in getattr(room, "WEIGHTS", {}).items()}


def main(arguments=None) -> int:
    known = [*tables(), *weights()]
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="a tiny run into a temporary folder: proves the script")
    parser.add_argument("--into", metavar="FOLDER", help="another folder than data/")
    parser.add_argument("files", nargs="*", metavar="FILE", help=f"some of {', '.join(known)}; left out, all")
    chosen = parser.parse_args(arguments)
    if unknown := set(chosen.files) - set(known):
        parser.error(f"expected some of {', '.join(known)}, got {', '.join(sorted(unknown))}")
    passes = [1] if chosen.quick else []
    write = {file: partial(one.write, quick=chosen.quick) for file, one in tables().items()}
    write |= {file: lambda path, train=train: keep.save(train(*passes), path) for file, train in weights().items()}
    make({file: write[file] for file in chosen.files or known}, chosen.quick, chosen.into)
    return 0


if __name__ == "__main__":
    sys.exit(main())
