"""What `make bench` calls: what the libraries do (frameworks.py), the races of the cell (run.py) and of the ragged ways
(race.py), and the growth (growth.py).

    python benchmarks/every.py             all four, whole; writes results/ and docs/frameworks.md
    python benchmarks/every.py --quick     all four, few rounds; writes nothing
    python benchmarks/every.py --only flax --sets uniform      any argument of race.py: that race alone

Fails if a bound of any of them is missed; none is left out because another one failed.
"""

import os
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
ONE_THREAD = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")


def main(given):
    if set(given) - {"--quick"}:
        return called("race.py", given)
    # race.py tells each of its processes how many threads it may have; the others run on one.
    codes = [called("frameworks.py", given, **ONE_THREAD), called("run.py", [], **ONE_THREAD)]
    codes += [called("race.py", given), called("growth.py", given, **ONE_THREAD)]
    return max(codes)


def called(script, given, **environment):
    """The exit status; of one that was killed, 1."""
    print(f"--- {script}", flush=True)
    return min(1, abs(subprocess.call([sys.executable, str(HERE / script), *given], env=os.environ | environment)))


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
