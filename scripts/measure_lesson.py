"""Run one lesson on one core as a reader would, and print as JSON what it took; run by the Python that is measured.

    .venv/bin/python scripts/measure_lesson.py notebooks/00_start_here.ipynb

clock: seconds, kernel start included. worked: processor seconds of the kernel, which other work beside it hardly
changes. picture: the same two from kernel start to the first picture. peak: bytes of the kernel's memory at most; own:
the same without the files that are mapped, of which Linux keeps more or less there as it finds them in its cache.
"""

import base64
import json
import os
import sys
import tempfile
import time
from pathlib import Path

import nbformat
import psutil  # comes with ipykernel
from nbclient import NotebookClient


def main():
    one_core()
    path = Path(sys.argv[1])
    print(json.dumps(measured(nbformat.read(path, as_version=4), path.parent)))


def one_core():
    """One core and one thread, as a Binder session has, for the kernel that this will start."""
    os.environ.update(dict.fromkeys(("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS"), "1"))
    if hasattr(os, "sched_setaffinity"):  # Linux alone; elsewhere the thread count has to do
        os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})


def measured(notebook, folder):
    """Any error in a cell raises: what does not run is not timed."""
    client = NotebookClient(notebook, timeout=300, resources={"metadata": {"path": str(folder)}})
    started, picture = time.perf_counter(), None
    with tempfile.TemporaryDirectory() as home, client.setup_kernel(env={**os.environ, "IPYTHONDIR": home}):
        kernel = psutil.Process(client.km.provisioner.pid)
        for index, cell in enumerate(notebook.cells):
            client.execute_cell(cell, index)
            if picture is None and shows_picture(cell, client.widget_buffers):
                picture = spent(started, kernel)
        whole, own, peak = spent(started, kernel), *memory_peaks(kernel.pid)
    return {**whole, "picture": picture, "own": own or largest_child(), "peak": peak or largest_child()}


def spent(started, kernel):
    """Seconds on the clock, and what the kernel worked of them."""
    times = kernel.cpu_times()
    return {"clock": time.perf_counter() - started, "worked": times.user + times.system}


def shows_picture(cell, buffers):
    """Whether an output of the cell is a picture, or it put one into a widget."""
    shown = any("image/png" in output.get("data", {}) for output in cell.get("outputs", ()))
    return shown or any(b"\x89PNG" in memory_of(held) for held in buffers.values())


def memory_of(held):
    """The first bytes of what a widget was sent, whichever way this nbclient keeps it."""
    parts = held.values() if isinstance(held, dict) else held
    return b" ".join(base64.b64decode(part["data"])[:8] for part in parts)


def memory_peaks(process):
    """Bytes of the process of that number at most, (without mapped files, with them); None where there is no /proc.

    Linux tells the peak of both together alone. What is mapped only grows here, so that without it is an upper bound.
    """
    try:
        lines = Path(f"/proc/{process}/status").read_text().splitlines()
    except OSError:
        return None, None
    peak, files = (next(1024 * int(line.split()[1]) for line in lines if line.startswith(k)) for k in ("VmHWM", "RssF"))
    return peak - files, peak


def largest_child():
    """The same peak, once the kernel has ended; kibibytes on Linux, bytes on macOS, and nothing on Windows."""
    try:
        import resource
    except ImportError:
        return None
    return resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * (1 if sys.platform == "darwin" else 1024)


if __name__ == "__main__":
    main()
