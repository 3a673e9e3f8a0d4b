"""Check what Binder would do with this repository, as far as that can be done without Docker and without conda.

    .venv-binder/bin/python scripts/check_binder.py            # all of it; several minutes
    .venv-binder/bin/python scripts/check_binder.py --laws     # what needs no second environment; seconds

1. environment.yml is read line by line by rattler, which is conda's own grammar, and compared with pyproject.toml.
2. repo2docker prints the Dockerfile that Binder would build; it must add environment.yml to the bare image and no more.
3. The names are translated to pip and installed into .venv-image, with the versions of Binder's own base, which
   repo2docker carries in its lock file. Every lesson runs there on one core: a column of docs/budgets.md, and the
   list in docs/binder.md of what is in the environment and why.
"""

import argparse
import functools
import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

import make_budgets
import make_env
import run_ends
import weigh

ROOT = make_env.ROOT
FILE = ROOT / "environment.yml"
IMAGE = ROOT / ".venv-image"
PAGE = ROOT / "docs" / "binder.md"
# conda calls these otherwise than pip does; all others alike.
PIP_NAMES = {
    "pytorch-cpu": "torch",
    "matplotlib-base": "matplotlib",
    "jupyterhub-singleuser": "jupyterhub",
    "nbconvert-core": "nbconvert",
}
NOT_FROM_PIP = {"python", "pip", "nodejs"}
CUDA = re.compile(r"cuda|cudnn|nvidia|pytorch-gpu", re.IGNORECASE)
LOCKED = re.compile(r"/([^/]+)-([^-/]+)-([^-/]+?)\.(?:conda|tar\.bz2)(?:#|$)", re.MULTILINE)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--laws", action="store_true", help="no second environment, no lessons")
    asked = parser.parse_args()
    environment = read_environment(FILE.read_text(encoding="utf-8"))
    # What conda cannot read can be compared with nothing.
    complaints = law_of_lines(environment) or [*law_of_bounds(environment), *law_of_dockerfile(environment)]
    for complaint in complaints:
        print(f"binder: {complaint}")
    if complaints:
        sys.exit(1)
    say("environment.yml and the Dockerfile are as they should be.")
    if not asked.laws:
        make_image(environment)
        weigh.write_down(IMAGE, PAGE, [*pip_lines(environment), *base_lines(base_of(environment))])
        sys.exit(1 if make_budgets.measure("make binder", IMAGE) else 0)


def say(sentence):
    print(f"binder: {sentence}", flush=True)


# --- environment.yml --------------------------------------------------------------------------------------------------


def read_environment(text):
    import yaml

    return yaml.safe_load(text)


def law(complaints):
    """Let a law be written as a generator of complaints and read as a list of them."""
    return functools.wraps(complaints)(lambda *given: list(complaints(*given)))


def conda_lines(environment):
    return [line for line in environment["dependencies"] if isinstance(line, str)]


def pip_part(environment):
    return [line for part in environment["dependencies"] if isinstance(part, dict) for line in part.get("pip", ())]


@law
def law_of_lines(environment):
    """One channel; every line a valid match spec; no CUDA; pip brings this tree and nothing else."""
    if environment["channels"] != ["conda-forge", "nodefaults"]:
        yield f"channels: expected conda-forge and nodefaults, got {environment['channels']}"
    for line in conda_lines(environment):
        yield from fault_of_spec(line)
        if CUDA.search(line):
            yield f"{line!r}: expected nothing of CUDA, as Binder has no GPU"
    if pip_part(environment) != ["-e ."]:
        yield f"pip: expected ['-e .'], the package from this tree, got {pip_part(environment)}"


def fault_of_spec(line):
    import rattler

    try:
        rattler.MatchSpec(line, strict=True)
    except Exception as error:
        yield f"{line!r}: expected a match spec, as 'numpy>=1.26'; conda's grammar says: {error}"


def asked_for(environment):
    """{conda name: version as written} of every line, read by conda's grammar: {'numpy': '>=1.26', 'pip': ''}."""
    import rattler

    specs = [rattler.MatchSpec(line) for line in conda_lines(environment)]
    return {spec.name.as_package_name().source: str(spec.version or "") for spec in specs}


@law
def law_of_bounds(environment):
    """The same packages as in pyproject.toml, each from the same version on, and a Python that it admits."""
    project = make_env.project()
    lines = [*project["dependencies"], *project["optional-dependencies"]["lessons"]]
    ours = {re.match(r"[\w-]+", line)[0]: re.sub(r"^[\w-]+", "", line) for line in lines}
    theirs = {PIP_NAMES.get(name, name): at for name, at in asked_for(environment).items() if name not in NOT_FROM_PIP}
    for name in sorted({*ours, *theirs}):
        if ours.get(name) != theirs.get(name):
            yield f"{name}: pyproject.toml has {ours.get(name)}, environment.yml {theirs.get(name)}; make them one"
    lowest = project["requires-python"].removeprefix(">=")
    if make_env.numbers(python_of(environment)) < make_env.numbers(lowest):
        yield f"python: expected {lowest} or newer, as pyproject.toml has it, got {python_of(environment)}"


def python_of(environment):
    """'3.12'"""
    return asked_for(environment)["python"].removesuffix(".*").lstrip("=")


# --- the Dockerfile ---------------------------------------------------------------------------------------------------


@law
def law_of_dockerfile(environment):
    """The right Python under it, this tree in it, and nothing that a bare repository with that Python has not."""
    ours, python = dockerfile(ROOT), python_of(environment)
    print(ours)
    if f"environment.py-{python}-linux" not in plain(ours):
        yield f"Dockerfile: expected the base of Python {python}"
    yield from law_of_tree(ours)
    yield from differences(ours, bare_dockerfile(python))
    yield from (f"Dockerfile: expected nothing of CUDA, got {one!r}" for one in ours.splitlines() if CUDA.search(one))


@law
def law_of_tree(dockerfile):
    """The tree is copied before the environment is made from it, as `-e .` needs it."""
    copied, made = dockerfile.find(" src/ ${REPO_DIR}/"), dockerfile.find('--file "environment.yml"')
    if not 0 <= copied < made:
        yield "Dockerfile: expected the tree to be copied, and environment.yml to be installed after that"


@law
def differences(ours, bare):
    ours, bare = ours.splitlines(), bare.splitlines()
    more, less = [one for one in ours if one not in bare], [one for one in bare if one not in ours]
    yield from (f"Dockerfile: expected no such line, as {FILE.name} is all we have: {one!r}" for one in more)
    yield from (f"Dockerfile: a bare repository has this line, ours has not: {one!r}" for one in less)


def bare_dockerfile(python):
    """What repo2docker makes of a repository that has that Python, a package to install, and nothing else."""
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "environment.yml").write_text(f"dependencies:\n  - python={python}\n  - pip:\n      - -e .\n")
        return dockerfile(folder)


def dockerfile(folder):
    """What `repo2docker --no-build --debug` prints; it asks neither Docker nor the network."""
    command = [sys.executable, "-m", "repo2docker", "--no-build", "--debug", "--user-id=1000", "--user-name=reader"]
    done = subprocess.run([*command, folder], capture_output=True, text=True)
    if done.returncode:
        raise SystemExit(f"repo2docker left with {done.returncode}:\n{done.stderr}")
    return done.stdout


def plain(text):
    """repo2docker writes '-2e' for a point in the names of the files it copies: the same with the points back."""
    return re.sub(r"-([0-9a-f]{2})", lambda found: chr(int(found[1], 16)), text)


# --- the environment --------------------------------------------------------------------------------------------------


def base_of(environment):
    """(names, locked versions) of Binder's own base, as repo2docker carries them."""
    import repo2docker

    folder = Path(repo2docker.__file__).parent / "buildpacks" / "conda"
    stem = f"environment.py-{python_of(environment)}"
    names = read_environment((folder / f"{stem}.yml").read_text())["dependencies"]
    return names, locked((folder / f"{stem}-linux-64.lock").read_text())


def locked(text):
    """{pip name: version} of the Python packages in a lock file; their builds are named py…, those of libraries not."""
    found = [(name, version) for name, version, build in LOCKED.findall(text) if build.startswith("py")]
    return {PIP_NAMES.get(name, name): version for name, version in found if re.match(r"[a-z]", name)}


def base_lines(base):
    names = [re.match(r"[\w-]+", line)[0] for line in base[0]]
    return [PIP_NAMES.get(name, name) for name in names if name not in NOT_FROM_PIP]


def pip_lines(environment):
    """environment.yml in pip's words: 'pytorch-cpu>=2.4' -> 'torch>=2.4'."""
    asked = {name: at for name, at in asked_for(environment).items() if name not in NOT_FROM_PIP}
    return [f"{PIP_NAMES.get(name, name)}{at}" for name, at in asked.items()]


def make_image(environment):
    """Binder's base by pip, then what environment.yml adds: no conda here, so the files are pip's and not conda's."""
    say(f"Binder would take Python {python_of(environment)}; this is {make_env.PYTHON}.")
    run_ends.clear(IMAGE)
    make_env.make_venv(IMAGE)
    base = base_of(environment)
    pins = IMAGE / "base.txt"
    pins.write_text("".join(f"{name}=={version}\n" for name, version in base[1].items()))
    torch = next(line for line in pip_lines(environment) if line.startswith("torch"))
    make_env.install_torch(IMAGE, torch, os.environ.get("TORCH", ""))
    wanted = ["-c", pins, *base_lines(base), *pip_lines(environment), "-e", "."]
    if not make_env.uv(IMAGE, "--compile-bytecode", *wanted):
        raise SystemExit("uv could not install the environment; its reason stands above.")
    for name, version in base[1].items():
        have = make_env.installed(IMAGE, name)
        if have not in (version, None):
            say(f"{name}: Binder's base has {version}, this has {have}")


if __name__ == "__main__":
    main()
