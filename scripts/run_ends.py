"""Run every test on the oldest versions that pyproject.toml admits, and on the newest that can be had.

    python3 scripts/run_ends.py oldest newest
    python3 scripts/run_ends.py newest --cuda      # where the CPU builds of torch are out of reach

Each end gets an environment of its own, made anew each time: .venv-oldest, .venv-newest. The versions and the verdict
become a column of docs/versions.md, headed by the end and by the Python that ran this.
"""

import argparse
import datetime
import re
import shlex
import shutil
import subprocess
import sys
import xml.etree.ElementTree as ElementTree

import make_env
import page_table

PAGE = make_env.ROOT / "docs" / "versions.md"
RESOLUTION = {"oldest": "lowest-direct", "newest": "highest"}
EXTRAS = ("lessons", "test")
KEY = "what"


def main():
    asked = arguments()
    results = [run_end(end, asked) for end in asked.ends]
    sys.exit(0 if all(results) else 1)


def arguments(given=None):
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("ends", nargs="+", choices=RESOLUTION, help="which end")
    parser.add_argument("--cuda", action="store_true", help="take torch with its 3 GB of CUDA if there is no other")
    parser.add_argument("--pytest", default="", help="arguments for pytest; with any, nothing is written down")
    return parser.parse_args(given)


def run_end(end, asked):
    """Whether every test passes at that end."""
    venv = make_env.ROOT / f".venv-{end}"
    clear(venv)
    install(venv, end, asked.cuda)
    versions = {name: told(make_env.installed(venv, name), low, end) for name, low in bounds().items()}
    for name, version in versions.items():
        make_env.say(f"{end}: {name} {version}")
    passed, verdict = tested(venv, shlex.split(asked.pytest))
    make_env.say(f"{end}: {verdict}")
    if not asked.pytest:
        write_down(end, versions, verdict)
    return passed


def write_down(end, versions, verdict):
    today = datetime.date.today().isoformat()
    bound = {"date": "", **{name: f"at least {low}" for name, low in bounds().items()}, "all tests and lessons": "pass"}
    cells = {"date": today, **versions, "all tests and lessons": verdict}
    page_table.put(PAGE, KEY, {"pyproject.toml": bound, f"{end}, Python {make_env.PYTHON}": cells})


# --- the ends ---------------------------------------------------------------------------------------------------------


def bounds():
    """{name: lowest version} of all that lessons and tests ask for, as pyproject.toml says it."""
    project = make_env.project()
    lines = [*project["dependencies"], *(line for one in EXTRAS for line in project["optional-dependencies"][one])]
    return dict(re.match(r"([\w-]+)>=([\d.]+)", line).groups() for line in lines)


def told(version, low, end):
    """The version, and at the oldest end also whether a lower one was asked for but could not be had."""
    lowest = make_env.numbers(low)
    exact = make_env.numbers(version)[: len(lowest)] == lowest
    return version if exact or end == "newest" else f"{version}, as {low} could not be had"


# --- the environment --------------------------------------------------------------------------------------------------


def clear(venv):
    """Begin from nothing; but never delete what somebody else made."""
    if venv.exists() and not make_env.record_of(venv).get("ours"):
        raise SystemExit(f"{venv.name}: expected one that this script made, got another. Move it away, then try again.")
    shutil.rmtree(venv, ignore_errors=True)
    venv.mkdir()
    make_env.write_record(venv, ours=True, extras=[], pyproject="")


def install(venv, end, cuda):
    """uv, as pip has no word for the lowest versions; the CPU build of torch, or what there is if so asked."""
    make_env.make_venv(venv)
    wanted = ["--resolution", RESOLUTION[end], "-r", "pyproject.toml", *(f"--extra={extra}" for extra in EXTRAS)]
    cpu = ["--torch-backend", "cpu"]
    reached = make_env.uv(venv, "--dry-run", *cpu, *wanted, quiet=True, UV_HTTP_RETRIES="1")
    if not (reached or cuda):
        raise SystemExit(
            "torch: expected its CPU builds within reach of uv, they are not (or uv is not).\n"
            'To take it with CUDA, about 3 GB more for each end: make ends ARGS="--cuda"'
        )
    if not make_env.uv(venv, "--compile-bytecode", *(cpu if reached else []), *wanted):
        raise SystemExit(f"uv could not install the {end} versions; its reason stands above.")
    if not make_env.uv(venv, "--no-deps", "-e", "."):
        raise SystemExit("uv could not install the package itself; its reason stands above.")


# --- the tests --------------------------------------------------------------------------------------------------------


def tested(venv, more):
    """Whether all pass, and the counts in words."""
    report = venv / "report.xml"
    command = [make_env.python_of(venv), "-m", "pytest", "-q", f"--junitxml={report}", *more]
    done = subprocess.run(command, cwd=make_env.ROOT)
    if not report.exists():
        raise SystemExit(f"pytest: expected it to run to its end, it left with {done.returncode} before that.")
    return done.returncode == 0, counted(ElementTree.parse(report).getroot().find("testsuite").attrib)


def counted(suite):
    tests, failed, skipped = int(suite["tests"]), int(suite["failures"]) + int(suite["errors"]), int(suite["skipped"])
    return f"{tests - failed - skipped} passed, {failed} failed, {skipped} skipped, {float(suite['time']):.0f} s"


if __name__ == "__main__":
    try:
        main()
    except KeyboardInterrupt:
        sys.exit("run_ends: interrupted; the next call begins anew.")
