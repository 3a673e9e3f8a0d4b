"""Make a virtual environment in the clone: torch's CPU build first, then this package with the extras asked for.

    python3 scripts/make_env.py lessons test
    python3 scripts/make_env.py bench --venv .venv-bench
    TORCH="torch==2.9.1 --index-url ADDRESS" python3 scripts/make_env.py lessons

Torch comes first because a plain `pip install torch` on Linux brings 3 GB of CUDA. uv can ask for the CPU build by
name; where uv cannot reach it, pip is asked what it *would* install, and CUDA is installed only if you say so
(TORCH, as pip arguments). Once made, an environment is only compared with its record: no network, a tenth of a second.
"""

import sys

# Before the other imports, as an older Python has no tomllib; and in words that an older Python can read.
if sys.version_info < (3, 11):  # noqa: UP036
    told = "python: expected 3.11 or newer, got %s (%s);\n" % (sys.version.split()[0], sys.executable)  # noqa: UP031
    sys.exit(told + "install a newer one and name it: make lab PYTHON=python3.12")

import argparse
import hashlib
import json
import os
import re
import shlex
import subprocess
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PYPROJECT = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
CHECKSUM = hashlib.sha256(PYPROJECT.encode()).hexdigest()
EXTRAS = tomllib.loads(PYPROJECT)["project"]["optional-dependencies"]
TORCH = next(line for line in EXTRAS["lessons"] if line.startswith("torch"))
PINNED = "torch==2.13.0"  # what pip gets where the CPU builds are out of reach: one release, looked at before
PYTHON = f"{sys.version_info.major}.{sys.version_info.minor}"
RECORD = "lstm_demo_made.json"  # in the environment: what it is made of
SETTINGS = {"PIP_DISABLE_PIP_VERSION_CHECK": "1", "UV_HTTP_RETRIES": "1"}  # what the reader has set goes before
CHOICES = f"""\
Choose a torch and type the command again, with one of these in front of it:
  TORCH="torch --index-url ADDRESS"   the CPU build, from the address that PyTorch's install page shows for CPU
  TORCH="path/to/torch.whl"           a wheel that you have
  TORCH="{PINNED}"               whatever pip brings, CUDA and all
  PYTHON=python3.11                   another Python of yours, if a CPU build for that one is at hand"""


def main(given=None):
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("extras", nargs="+", choices=sorted(EXTRAS), help="extras of pyproject.toml")
    parser.add_argument("--venv", choices=(".venv", ".venv-bench"), default=".venv", help="folder in the clone")
    asked = parser.parse_args(given)
    venv, torch = ROOT / asked.venv, os.environ.get("TORCH")
    try:
        record = record_of(venv)
        extras = sorted({*asked.extras, *record.get("extras", [])})
        if torch or record.get("pyproject") != CHECKSUM or extras != record["extras"] or not is_usable(venv, record):
            build(venv, extras, torch)
    except KeyboardInterrupt:
        sys.exit("make_env: interrupted; the next call makes it anew.")
    except OSError as error:  # a clone that is read-only or another's, a full disk
        sys.exit(
            f"make_env: expected to read and write in {ROOT}, got: {error};\n"
            "copy the clone into a folder of your own that has 2 GB of room, and type the command there."
        )


def build(venv, extras, torch):
    """Bring the environment to what is asked; one that is of no use is made anew."""
    venv.mkdir(exist_ok=True)
    if not is_usable(venv, record_of(venv)):
        say(f"Making {venv.name} with Python {PYTHON}.")
        python_of(venv).unlink(missing_ok=True)  # first, so that an interrupted clearing is taken up again
        bare = [sys.executable, "-m", "venv", "--clear", "--without-pip", venv]
        must(called(bare), f"{sys.executable} could not make {venv}; its reason stands above.")
    before = {} if torch else record_of(venv)  # a torch that is asked for may take the place of a good one
    note(venv, under_way=True)
    try:
        has_pip = called([python_of(venv), "-m", "ensurepip"], quiet=True)
        must(has_pip, "pip: `python -m ensurepip` failed; on Debian and Ubuntu install python3-venv, then try again.")
        pip(venv, "--quiet", "uv")  # if this fails, pip does it all
        install_torch(venv, torch)
        say(f"Installing the package with its extras: {', '.join(extras)}.")
        package = f".[{','.join(extras)}]"
        # Compiled now, as pip does: where Python is told to write no bytecode, every later start would be slow.
        done = uv(venv, "--compile-bytecode", "-e", package) or pip(venv, "-e", package)
        must(done, f"Neither uv nor pip could install {package}; their reasons stand above.")
    except SystemExit:  # a stop of our own comes between two steps: what was there is as good as before
        note(venv, **before)
        raise
    note(venv, extras=extras, pyproject=CHECKSUM)


def record_of(venv):
    """What the last call noted, {} if there was none."""
    try:
        return json.loads((venv / RECORD).read_text())
    except (OSError, json.JSONDecodeError):
        return {}


def note(venv, **facts):
    (venv / RECORD).write_text(json.dumps({"python": PYTHON, "path": str(venv), **facts}, indent=1) + "\n")


def is_usable(venv, record):
    """Whether it has its Python, and was made here, by this Python, to the end; without a record, that is believed."""
    here = {"python": PYTHON, "path": str(venv), "under_way": False}
    return python_of(venv).exists() and all(record.get(key, value) == value for key, value in here.items())


def install_torch(venv, asked):
    """Leave a fitting torch as it is; take the CPU build; fetch CUDA only where it was asked for."""
    if asked:
        say(f"Installing torch as you asked: {asked}")
        must(pip(venv, *shlex.split(asked)), f"TORCH: pip could not install {asked!r}")
    # Without an index pip can bring none: it succeeds only where one that fits is there.
    if pip(venv, "--isolated", "--no-index", "--dry-run", TORCH, quiet=True):
        return
    must(not asked, f"TORCH: expected {TORCH}, got an older one for {asked!r}")
    say(f"Installing {TORCH}, CPU build.")
    cpu = ["--torch-backend", "cpu", TORCH]
    # One quick question first, so that being offline costs a second and no alarming red lines.
    if not (uv(venv, "--dry-run", *cpu, quiet=True) and uv(venv, *cpu)):
        say("The CPU builds are out of reach from here: asking pip instead, which is as good.")
        look_before(venv)
        must(pip(venv, PINNED), f"pip could not install {PINNED}")


def look_before(venv):
    """Stop if pip would bring CUDA, before it does."""
    pip(venv, "--quiet", "--upgrade", "pip")  # one before 25.3 downloads 1.3 GB to answer
    question = [python_of(venv), "-m", "pip", "install", "--dry-run", "--quiet", "--use-feature=fast-deps"]
    answer = subprocess.run([*question, "--report", "-", PINNED], capture_output=True, text=True, cwd=ROOT)
    must(answer.returncode == 0, f"pip finds no {PINNED} for Python {PYTHON} here:\n{answer.stderr}\n{CHOICES}")
    packages = [package["metadata"]["name"] for package in json.loads(answer.stdout)["install"]]
    cuda = [name for name in packages if re.match(r"(?i)(nvidia|cuda|triton)(?![a-z])", name)]
    stop = "Stopped before the download: expected the CPU build of torch, about 200 MB;\ngot, for"
    must(not cuda, f"{stop} {PINNED} from pip, {len(cuda)} CUDA packages, about 3 GB:\n  {', '.join(cuda)}\n{CHOICES}")


def python_of(venv):
    return venv / ("Scripts/python.exe" if os.name == "nt" else "bin/python")


def pip(venv, *what, quiet=False):
    return called([python_of(venv), "-m", "pip", "install", *what], quiet)


def uv(venv, *what, quiet=False):
    return called([python_of(venv), "-m", "uv", "pip", "install", "--python", python_of(venv), *what], quiet)


def called(command, quiet=False):
    """Whether the command succeeded."""
    output = subprocess.DEVNULL if quiet else None
    return subprocess.run(command, cwd=ROOT, env=SETTINGS | os.environ, stdout=output, stderr=output).returncode == 0


def must(done, otherwise):
    if not done:
        raise SystemExit(otherwise)


def say(sentence):
    print(f"make_env: {sentence}", flush=True)


if __name__ == "__main__":
    main()
