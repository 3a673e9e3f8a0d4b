"""One entrant in a process of its own, spoken to in lines of JSON; benchmarks/race.py is who speaks.

    python benchmarks/worker.py "Keras on JAX"

It answers {"do": "prepare", "set": name, "truth": file, "tune": true} with {"modes": {mode: {"seconds": of one pass,
"off": {"h": ..., "grads": ...}}}}, and {"do": "block", "mode": mode, "passes": k} with {"seconds": [k numbers]}.
Whatever is raised is answered as {"failed": text}.
"""

import json
import os
import sys

from machine import seconds


def main(name):
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)  # what libraries print must not come between the answers

    def say(**answer):
        print(json.dumps(answer), file=answers, flush=True)

    # On the last core alone, so that no library finds a second one; NumPy counts them when it is imported.
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})
    worker = Worker(name)
    for line in sys.stdin:
        request = json.loads(line)
        try:
            say(**getattr(worker, request.pop("do"))(**request))
        except Exception as error:
            say(failed=f"{type(error).__name__}: {error}".splitlines()[0][:300])


class Worker:
    """An entrant, and the pass that it has ready for each mode of the set prepared last."""

    def __init__(self, name):
        self.name, self.chosen = name, {}

    def prepare(self, set, truth, tune):
        """Build every setting, and keep for each mode the quickest. Compiling and warming up happen here."""
        import numpy as np
        from entrants import module_of, settings
        from sets import SETS, weights

        ragged, module = SETS[set](), module_of(self.name)
        params = weights(ragged.features, ragged.units)
        tried = settings(self.name, max(map(len, ragged.series)))[: None if tune else 1]
        every = [module.build(self.name, ragged, params, **one) for one in tried]
        found = {}
        with np.load(truth, allow_pickle=False) as truth:
            for mode in [mode for mode in ("forward", "backward") if getattr(every[0], mode)]:
                took, passes = min(((warm(getattr(one, mode)), one) for one in every), key=lambda pair: pair[0])
                self.chosen[mode] = getattr(passes, mode)
                found[mode] = {"seconds": took, "off": distance(passes, mode, truth)}
        return {"modes": found}

    def block(self, mode, passes):
        return {"seconds": [seconds(self.chosen[mode]) for _ in range(passes)]}


def warm(run):
    """Seconds of one pass once it is warm: the least of a few, fewer if they are slow."""
    run()
    first = seconds(run)
    return min([first, *(seconds(run) for _ in range(1 if first > 0.5 else 4))])


def distance(passes, mode, truth):
    """How far from torch's answer: h absolutely, gradients in parts of their largest entry. {} for the limit."""
    import numpy as np

    if passes.grads is None:
        return {}
    off = {"h": float(np.abs(np.asarray(getattr(passes, mode)()) - truth["h"]).max())}
    if mode == "backward":
        pairs = zip(passes.grads(), (truth["weight_ih"], truth["weight_hh"], truth["bias"]), strict=True)
        off["grads"] = max(float(np.abs(got - wanted).max() / np.abs(wanted).max()) for got, wanted in pairs)
    return off


if __name__ == "__main__":
    sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
    main(sys.argv[1])
