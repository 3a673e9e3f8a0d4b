"""Run every lesson as other machines would, and list each cell that fails: `make machines`.

    .venv/bin/python scripts/run_machines.py                       all machines, all lucks: half an hour of two cores
    .venv/bin/python scripts/run_machines.py oldest --luck 0 03    one machine, no luck, one lesson

A processor is simulated by the kernels that libraries choose for it; that rounds otherwise, as another one would.
Luck moves every freshly drawn weight by a part in a million: rounding at its worst, on the machine as it is.
"""

import argparse
import itertools
import os
import shutil
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import nbformat
from nbclient import NotebookClient

from lstm_demo.claims import CLAIM

HERE = Path(__file__).resolve().parent
STARTUP, LESSONS = HERE / "luck.py", sorted((HERE.parent / "notebooks").glob("[0-9][0-9]_*.ipynb"))
THREADS = ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS")
# Which kernels each of the libraries is held to; None leaves it to choose.
KERNELS = ("ATEN_CPU_CAPABILITY", "ONEDNN_MAX_CPU_ISA", "MKL_ENABLE_INSTRUCTIONS", "OPENBLAS_CORETYPE")
MACHINES = {
    "this": (None, None, None, None),
    "oldest": ("default", "SSE41", "SSE4_2", "Nehalem"),
    "older": ("avx2", "AVX2", "AVX2", "Haswell"),
    "old torch": ("default", None, None, None),
    "old oneDNN": (None, "AVX2", None, None),
    "old BLAS": (None, None, "SSE4_2", "Nehalem"),
}


def environment(machine, threads):
    """What the kernel finds in its environment on that machine."""
    held = {name: value for name, value in zip(KERNELS, MACHINES[machine], strict=True) if value}
    return {k: v for k, v in os.environ.items() if k not in KERNELS} | held | dict.fromkeys(THREADS, str(threads))


def failures(lesson, environment, luck):
    """[(cell, what went wrong)] of one run of a lesson in a fresh kernel; `luck` 0 moves no weight."""
    notebook = nbformat.read(lesson, as_version=4)
    with tempfile.TemporaryDirectory() as home:
        if luck:
            startup = Path(home, "profile_default", "startup")
            startup.mkdir(parents=True)
            shutil.copy(STARTUP, startup)
        place = {"metadata": {"path": str(lesson.parent)}}
        client = NotebookClient(notebook, timeout=600, allow_errors=True, resources=place)
        client.execute(env=environment | {"IPYTHONDIR": home, "LSTM_DEMO_LUCK": str(luck)})
    outputs = [(cell.id, output) for cell in notebook.cells for output in cell.get("outputs", ())]
    claims = [(cell, output["data"]["text/plain"]) for cell, output in outputs if CLAIM in output.get("metadata", {})]
    errors = [(cell, output) for cell, output in outputs if output["output_type"] == "error"]
    return claims + [(cell, f"{error['ename']}: {error['evalue']}") for cell, error in errors]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("only", nargs="*", help="machines, by name, and lessons, by number; left out, all")
    parser.add_argument("--threads", type=int, nargs="*", default=[1, 4], help="one and four, unless said")
    parser.add_argument("--luck", type=int, nargs="*", default=range(1, 11), help="which of ten lucks; 0 for none")
    parser.add_argument("--jobs", type=int, default=os.cpu_count(), help="how many lessons at once")
    given = parser.parse_args()
    machines = [name for name in MACHINES if wanted(name, given.only)]
    runs = [(f"{name}, threads {n}", environment(name, n), 0) for name in machines for n in given.threads]
    runs += [(f"luck {k}", dict(os.environ), k) for k in given.luck if k]
    lessons = [path for path in LESSONS if wanted(path.name[:2], given.only)]
    return report(list(itertools.product(runs, lessons)), given.jobs)


def wanted(name, only):
    """Whether it was asked for, or none of its kind was."""
    kind = [one for one in only if one.isdigit() == name.isdigit()]
    return not kind or name in kind


def report(jobs, at_once):
    """Print each failing cell as it is found; 1 if there was any, or nothing to run."""
    begun, found = time.perf_counter(), 0
    with ThreadPoolExecutor(at_once) as pool:
        for (run, lesson), failed in zip(jobs, pool.map(lambda job: failures(job[1], *job[0][1:]), jobs), strict=True):
            found += len(failed)
            for cell, wrong in failed:
                print(f"{run[0]}: {lesson.stem}, cell {cell}\n    " + wrong.replace("\n", "\n    "), flush=True)
    print(f"{len(jobs)} runs of a lesson in {time.perf_counter() - begun:.0f} s, {found} failing cells")
    return 1 if found or not jobs else 0


if __name__ == "__main__":
    sys.exit(main())
