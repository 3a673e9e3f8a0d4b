"""What Keras and torch themselves do, fact by fact, seen anew; writes docs/frameworks.md.

    python benchmarks/frameworks.py [--quick] [--into FILE]

The facts stand in facts_of_*.py: a sentence, a function that asserts it and says what it saw, the sources. Each library
is asked in a process of its own, as Keras has one back end a process. Fails if a fact is no longer so, or could not be
seen for want of Keras; then nothing is written. With --quick nothing is written either.
"""

import argparse
import json
import os
import re
import subprocess
import sys
import traceback
from pathlib import Path

HERE = Path(__file__).resolve().parent
PAGE = HERE.parent / "docs" / "frameworks.md"
sys.path.insert(0, str(HERE))

import facts_of_keras as on_keras  # noqa: E402
import facts_of_torch as on_torch  # noqa: E402
import facts_of_torch_padding as on_padding  # noqa: E402
from machine import machine, wrote  # noqa: E402

FACTS = on_keras.FACTS + on_torch.FACTS + on_padding.FACTS
SECTIONS = {
    "Keras": (on_keras.ON_TENSORFLOW,),
    "torch": ("torch", "torch on its own"),
    "On a GPU": (on_keras.GPU,),
}
LOST, BAR = "NOT SO HERE", r"\|"
HEAD = """\
# What Keras and torch do, where no lesson runs it

What Keras does with state and masks is run in [10](../notebooks/10_in_keras.ipynb). Each sentence below was run by
`benchmarks/frameworks.py`, which asserts it; what it saw stands beside it. What needs a GPU was not run, and says so.
Facts about torch alone are run by `make test` too, but for the one that can end the process;
all of them, and this page, are made anew by `make bench`. Keras ran on TensorFlow where nothing else is said. Seen on:

"""


# --- in a process of its own -----------------------------------------------------------------------------------------


def seen_here(needs):
    """{name: what was seen} of all facts that need just this, in this process."""
    given = ()
    if needs.startswith("keras"):
        import keras

        assert keras.backend.backend() == needs.split()[-1]
        given = (keras,)
    return {fact.name: seen(fact, given) for fact in FACTS if fact.needs == needs}


def seen(fact, given=()):
    try:
        if given:
            given[0].utils.set_random_seed(0)
        return fact.see(*given)
    except Exception:
        print(traceback.format_exc(), file=sys.stderr)
        return f"{LOST}: {traceback.format_exc().splitlines()[-1]}"


# --- over all of them ------------------------------------------------------------------------------------------------


def asked(needs):
    """{name: what was seen}, asked of a new process; {} where it could not be started, for want of a library."""
    environment = {"OMP_NUM_THREADS": "1", "TF_CPP_MIN_LOG_LEVEL": "3", "CUDA_VISIBLE_DEVICES": ""}
    if needs.startswith("keras"):
        environment["KERAS_BACKEND"] = needs.split()[-1]
    command = [sys.executable, __file__, "--see", needs]
    ran = subprocess.run(command, stdout=subprocess.PIPE, text=True, env=os.environ | environment)
    return json.loads(ran.stdout.splitlines()[-1]) if ran.returncode == 0 else {}


def all_seen():
    found = {}
    for needs in dict.fromkeys(fact.needs for fact in FACTS if fact.see):
        found |= asked(needs)
    return found | {fact.name: f"not run: needs {fact.needs}" for fact in FACTS if fact.name not in found}


def row(fact, what):
    """A line of the table."""
    lesson = f"[{fact.lesson[:2]}](../notebooks/{fact.lesson})" if fact.lesson else ""
    cells = fact.sentence, what.replace("0e+00", "0"), ", ".join(map(link, fact.sources)), lesson
    return f"| {' | '.join(cell.replace('|', BAR) for cell in cells)} |"


def link(source):
    """owner/name#12 leads to its thread, an address to itself."""
    if thread := re.fullmatch(r"([\w.-]+/[\w.-]+)#(\d+)", source):
        return f"[{source}](https://github.com/{thread[1]}/issues/{thread[2]})"
    address = source if source.startswith("https://") else f"https://{source}"
    return f"[{address.split('/')[2]}]({address})"


def page(found):
    lines = [HEAD + machine()]
    for title, needs in SECTIONS.items():
        lines += ["", f"## {title}", "", "| fact | seen | source | lesson, in torch |", "|---|---|---|---|"]
        lines += [row(fact, found[fact.name]) for fact in FACTS if fact.needs in needs]
    return "\n".join([*lines, ""])


def main(given=None):
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="write nothing")
    parser.add_argument("--into", type=Path, help="another file than docs/frameworks.md")
    parser.add_argument("--see", metavar="NEEDS", help="what the new process is told")
    args = parser.parse_args(given)
    if args.see:
        print(json.dumps(seen_here(args.see)))
        return 0
    found = all_seen()
    said = page(found)
    print(said)
    missed = [fact.name for fact in FACTS if fact.see and re.match(f"not run|{LOST}", found[fact.name])]
    if not missed and (file := args.into or (None if args.quick else PAGE)):
        wrote(file, said)
    print(f"{len(FACTS)} facts, not seen: {', '.join(missed) or 'none'}")
    return 1 if missed else 0


if __name__ == "__main__":
    raise SystemExit(main())
