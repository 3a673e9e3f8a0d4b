"""What `make bench` calls: what the libraries do (frameworks.py), the race (race.py), and the growth (growth.py).

    python benchmarks/every.py             all three, whole; writes results/ and docs/frameworks.md
    python benchmarks/every.py --quick     all three, few rounds; writes nothing
    python benchmarks/every.py --only flax --sets uniform      any argument of race.py: that race alone

Fails if a bound of any of them is missed; none is left out because another one failed.
"""

import subprocess
import sys
from pathlib import Path


def main(given):
    race_alone = set(given) - {"--quick"}
    scripts = ["race.py"] if race_alone else ["frameworks.py", "race.py", "growth.py"]
    return max(called(script, given) for script in scripts)


def called(script, given):
    """0 if it ended well."""
    print(f"--- {script}", flush=True)
    return min(1, abs(subprocess.call([sys.executable, Path(__file__).with_name(script), *given])))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
