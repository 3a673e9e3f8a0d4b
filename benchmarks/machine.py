"""On what a race was run, for the head of its table."""

import os
import platform
import re
import time
from datetime import date
from importlib import metadata
from pathlib import Path

PACKAGES = ("numpy", "torch", "keras", "jax", "flax", "tensorflow", "tensorflow-cpu")


def machine():
    """One line: date, processor, system, versions of what raced, and how busy the machine was."""
    installed = {of.name.replace("_", "-"): of.version for of in metadata.distributions()}
    versions = ", ".join(f"{name} {installed[name]}" for name in PACKAGES if name in installed)
    load = f"; {os.getloadavg()[0]:.1f} processes running on average at the end" if hasattr(os, "getloadavg") else ""
    return (
        f"{date.today()}, {processor()}, {os.cpu_count()} cores, {platform.system()} {platform.machine()}, "
        f"Python {platform.python_version()}, {versions}{load}."
    )


def processor():
    """What the processor calls itself, as far as the system tells."""
    told = Path("/proc/cpuinfo").read_text() if Path("/proc/cpuinfo").exists() else ""
    found = re.search(r"^model name\s*: (.*)", told, re.MULTILINE)
    return found[1] if found else platform.processor() or "unknown processor"


def seconds(work):
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def wrote(file, text):
    """Write a table into results/ or wherever it is wanted, and say where it is."""
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, encoding="utf-8")
    print(f"written: {file}")
