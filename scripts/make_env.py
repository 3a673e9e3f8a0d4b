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
    sys.exit(
        "python: expected 3.11 or newer, got %s (%s);\n" % (sys.version.split()[0], sys.executable)  # noqa: UP031
        + "install a newer one and name it: make lab PYTHON=python3.12"
    )

import argparse
import hashlib
import json
import os
import re
import shlex
import shutil
import subprocess
import sysconfig
import tomllib
from contextlib import contextmanager
from importlib.metadata import Distribution
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PYPROJECT = ROOT / "pyproject.toml"
PYTHON = f"{sys.version_info.major}.{sys.version_info.minor}"
# What pip gets where uv cannot reach the CPU builds: one release, so that it can be looked at before it is fetched.
PINNED_TORCH = "torch==2.13.0"
# The first pip seen to look at torch without downloading it: 25.1 fetched 1.3 GB to answer, 25.3 fetched 5 MB.
LOOKING_PIP = (25, 3)
# While this file lies in an environment, packages are being put in; if it outlives us, the work was cut short.
UNDER_WAY = "lstm_demo_under_way"
RECORD = "lstm_demo_made.json"


def main(given=None):
    asked = arguments(given)
    venv = ROOT / asked.venv
    if asked.torch or not is_ready(record_of(venv), asked.extras, venv):
        build(venv, asked.extras, asked.torch)


def arguments(given=None):
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("extras", nargs="+", choices=sorted(extras_offered()), help="extras of pyproject.toml")
    parser.add_argument("--venv", default=".venv", help="folder of the environment, in the clone (default .venv)")
    parser.add_argument("--torch", default=os.environ.get("TORCH", ""), help="pip arguments; default $TORCH")
    return parser.parse_args(given)


def build(venv, extras, torch):
    """Bring the environment to what is asked; each step leaves alone what is already right."""
    clear_if_unfit(venv)
    ours = not venv.exists() or (venv / UNDER_WAY).exists() or record_of(venv).get("ours", False)
    extras = sorted({*extras, *record_of(venv).get("extras", [])})
    with under_way(venv):
        write_record(venv, ours=ours, extras=[], pyproject="")  # ours, though not ready
        make_venv(venv)
        install_torch(venv, torch_wanted(extras), torch)
        install_package(venv, extras)
        write_record(venv, ours=ours, extras=extras, pyproject=pyproject_sum())


# --- is it there already? -----------------------------------------------------------------------------------------


def record_of(venv):
    """What the last complete call wrote down, {} if there was none."""
    try:
        return json.loads((venv / RECORD).read_text())
    except (FileNotFoundError, NotADirectoryError, json.JSONDecodeError):
        return {}


def write_record(venv, **facts):
    (venv / RECORD).write_text(json.dumps({"python": PYTHON, "path": str(venv), **facts}, indent=1) + "\n")


def is_ready(record, extras, venv):
    """Whether nothing needs doing: complete, for these extras, this Python, this place and this pyproject.toml."""
    return (
        fault_of(venv) is None
        and record.get("pyproject") == pyproject_sum()
        and set(extras) <= set(record.get("extras", []))
    )


def pyproject_sum():
    return hashlib.sha256(PYPROJECT.read_bytes()).hexdigest()


# --- an environment that cannot be used ---------------------------------------------------------------------------


def fault_of(venv):
    """Why this environment cannot be used as it is; None if it can, or if there is none."""
    made_at = record_of(venv).get("path", str(venv))
    if not venv.exists():
        return None
    if (venv / UNDER_WAY).exists():
        return "was left half made"
    if python_in(venv) != PYTHON:
        return f"was made by Python {python_in(venv) or '(unknown)'}, and this is Python {PYTHON}"
    if not python_of(venv).exists():
        return "has lost the Python it was made with"
    if made_at != str(venv):
        return f"was made at {made_at} and then moved"
    return None


def clear_if_unfit(venv):
    """Empty an environment of ours that cannot be used; refuse to touch one that somebody else made."""
    fault = fault_of(venv)
    if fault is None:
        return
    if not ((venv / UNDER_WAY).exists() or record_of(venv).get("ours")):
        raise SystemExit(f"{venv.name}: {fault}, and not by this script.\nDelete it or move it away, then try again.")
    say(f"{venv.name} {fault}: making it anew.")
    (venv / UNDER_WAY).touch()  # first, so that an interrupted clearing is taken up again
    for child in venv.iterdir():
        if child.is_dir() and not child.is_symlink():
            shutil.rmtree(child)
        elif child.name != UNDER_WAY:
            child.unlink()


@contextmanager
def under_way(venv):
    """Keep a mark in the environment meanwhile. Our own stops come between two steps, so they take it away too."""
    venv.mkdir(exist_ok=True)
    mark = venv / UNDER_WAY
    mark.touch()
    try:
        yield
    except SystemExit:
        mark.unlink()
        raise
    mark.unlink()


def python_in(venv):
    """The Python an environment was made with, as '3.11'; '' where pyvenv.cfg does not say."""
    config = venv / "pyvenv.cfg"
    found = re.search(r"^version(?:_info)? *= *(\d+\.\d+)", config.read_text() if config.exists() else "", re.M)
    return found[1] if found else ""


def python_of(venv):
    return venv / ("Scripts/python.exe" if os.name == "nt" else "bin/python")


# --- the steps ----------------------------------------------------------------------------------------------------


def make_venv(venv):
    if not python_of(venv).exists():
        say(f"Making {venv.name} with Python {PYTHON}.")
        if not run([sys.executable, "-m", "venv", "--without-pip", venv]):
            raise SystemExit(f"{sys.executable} could not make {venv}; its reason stands above.")
    if not installed(venv, "pip") and not run([python_of(venv), "-m", "ensurepip", "--default-pip"], quiet=True):
        raise SystemExit(
            f"pip: expected Python {PYTHON} to bring it, but `python -m ensurepip` failed.\n"
            "On Debian and Ubuntu it is a package of its own: install python3-venv, then try again."
        )
    if not installed(venv, "uv"):
        pip(venv, "install", "--quiet", "uv")  # if this fails, pip does it all


def install_torch(venv, wanted, asked):
    """Leave a fitting torch as it is; take the CPU build; fetch CUDA only where it was asked for."""
    if asked:
        say(f"Installing torch as you asked: {asked}")
        if not pip(venv, "install", *shlex.split(asked)):
            raise SystemExit(f"TORCH: pip could not install {asked!r}; its reason stands above.")
    if not wanted or fits(installed(venv, "torch"), wanted):
        return
    if asked:
        raise SystemExit(f"TORCH: expected {wanted}, got torch {installed(venv, 'torch')}; ask for a newer one.")
    say(f"Installing {wanted}, CPU build.")
    if not uv_torch(venv, wanted):
        say("The CPU builds are out of reach from here: asking pip instead, which is as good.")
        look_before(venv, PINNED_TORCH)
        if not pip(venv, "install", PINNED_TORCH):
            raise SystemExit(f"pip could not install {PINNED_TORCH}; its reason stands above.")


def uv_torch(venv, wanted):
    """Try uv: one quick question first, so that being offline costs a second and no alarming red lines."""
    command = ["--torch-backend", "cpu", wanted]
    return uv(venv, "--dry-run", *command, quiet=True, UV_HTTP_RETRIES="1") and uv(venv, *command)


def look_before(venv, requirement):
    """Stop if pip would bring CUDA, before it does."""
    if numbers(installed(venv, "pip")) < LOOKING_PIP:
        pip(venv, "install", "--quiet", "--upgrade", "pip")
    looking = ["--dry-run", "--quiet", "--use-feature=fast-deps", "--report", "-"]
    answer = subprocess.run(
        [python_of(venv), "-m", "pip", "install", *looking, requirement], capture_output=True, text=True, cwd=ROOT
    )
    if answer.returncode:
        raise SystemExit(f"pip finds no {requirement} for Python {PYTHON} here:\n{answer.stderr}\n{CHOICES}")
    cuda = cuda_in(json.loads(answer.stdout))
    if cuda:
        raise SystemExit(refusal(requirement, cuda))


def install_package(venv, extras):
    package = f".[{','.join(extras)}]"
    say(f"Installing the package with its extras: {', '.join(extras)}.")
    # Compiled now, as pip does: where Python is told to write no bytecode, every later start would be slow.
    if not uv(venv, "--compile-bytecode", "-e", package) and not pip(venv, "install", "-e", package):
        raise SystemExit(f"Neither uv nor pip could install {package}; their reasons stand above.")


# --- what pip would bring -----------------------------------------------------------------------------------------

CHOICES = f"""\
Choose a torch and type the command again, with one of these in front of it:
  TORCH="torch --index-url ADDRESS"   the CPU build, from the address that PyTorch's install page shows for CPU
  TORCH="path/to/torch.whl"           a wheel that you have
  TORCH="{PINNED_TORCH}"               whatever pip brings, CUDA and all
  PYTHON=python3.11                   another Python of yours, if a CPU build for that one is at hand
for example: TORCH="torch --index-url ADDRESS" make lab"""


def refusal(requirement, cuda):
    return (
        f"Stopped before the download: expected the CPU build of torch, about 200 MB;\n"
        f"got, for {requirement} from pip, {len(cuda)} CUDA packages, about 3 GB:\n  {', '.join(cuda)}\n{CHOICES}"
    )


def cuda_in(report):
    """The CUDA packages in what `pip install --dry-run --report` printed: ['nvidia-nccl-cu13 2.29.7', ...]."""
    packages = [(item["metadata"]["name"], item["metadata"]["version"]) for item in report["install"]]
    return [f"{name} {version}" for name, version in packages if re.match(r"(?i)(nvidia|cuda|triton)(?![a-z])", name)]


# --- requirements and versions ------------------------------------------------------------------------------------


def project():
    return tomllib.loads(PYPROJECT.read_text(encoding="utf-8"))["project"]


def extras_offered():
    return project()["optional-dependencies"]


def torch_wanted(extras):
    """The line of pyproject.toml that asks for torch ('torch>=2.4'); '' if none of these extras does."""
    lines = [line for extra in extras for line in extras_offered()[extra]]
    return next((line for line in lines if re.match(r"torch\b", line)), "")


def fits(version, wanted):
    """Whether an installed version satisfies 'name>=lower', the only form that torch_wanted meets."""
    return version is not None and numbers(version) >= numbers(wanted.partition(">=")[2])


def numbers(version):
    """'2.13.0+cpu' -> (2, 13, 0)"""
    return tuple(int(number) for number in re.findall(r"\d+", (version or "").partition("+")[0]))


def installed(venv, name):
    """The version of a package in the environment, None if it is not there."""
    site_packages = sysconfig.get_path("purelib", "venv", {"base": str(venv)})
    return next((found.version for found in Distribution.discover(name=name, path=[site_packages])), None)


# --- calling --------------------------------------------------------------------------------------------------------


def pip(venv, *rest):
    return run([python_of(venv), "-m", "pip", *rest], PIP_DISABLE_PIP_VERSION_CHECK="1")


def uv(venv, *rest, **options):
    command = [python_of(venv), "-m", "uv", "pip", "install", "--python", python_of(venv), *rest]
    return installed(venv, "uv") is not None and run(command, **options)


def run(command, quiet=False, **environment):
    """Whether the command succeeded; what the reader has set in the environment goes before what we would set."""
    output = subprocess.DEVNULL if quiet else None
    settings = {**environment, **os.environ}
    return subprocess.run(command, cwd=ROOT, env=settings, stdout=output, stderr=output).returncode == 0


def say(sentence):
    print(f"make_env: {sentence}", flush=True)


if __name__ == "__main__":
    try:
        main()
    except KeyboardInterrupt:
        sys.exit("make_env: interrupted; the next call makes it anew.")
    except OSError as error:  # a clone that is read-only or another's, a full disk
        sys.exit(
            f"make_env: expected to read and write in {ROOT}, got: {error};\n"
            "copy the clone into a folder of your own that has 2 GB of room, and type the command there."
        )
