"""08: what each way to run ragged series costs. So far the clock; the lesson's pictures are in plots and explore."""

import time
from functools import partial

from ..refusal import choice, refusal, short, whole
from ..torch_lstm.given import joined
from ..torch_lstm.weights import check_plain
from ..ways import WAYS


def race(lstm, series, names=tuple(WAYS), rounds=5):
    """Milliseconds of each way, forward and backward of the mean square of the final h, building the batch included.

    A way without a gradient runs forward only. What is given is checked once, before the clock runs.
    """
    if not isinstance(names, list | tuple):
        raise refusal("names", "a list of ways", short(names), "see WAYS")
    names = [choice("names", name, [*WAYS], "see WAYS") for name in names]
    check_plain(lstm, batch_first=True)
    joined(lstm, series)
    return laps({name: partial(_there_and_back, WAYS[name], lstm, series) for name in names}, rounds)


def laps(works, rounds=5):
    """Milliseconds of each piece of work, {name: function} to {name: the least of the rounds}.

    All run in turn in every round; a round before warms up. The least counts, as in Python's timeit: what else the
    machine does can only add to a time.
    """
    if not isinstance(works, dict) or not all(map(callable, works.values())):
        raise refusal("works", "functions by name", short(works), "give {name: function}")
    rounds = whole("rounds", rounds, at_least=1)
    times = [[_milliseconds(work) for work in works.values()] for _ in range(rounds + 1)][1:]
    return dict(zip(works, map(min, zip(*times, strict=True)), strict=True))


def _there_and_back(way, lstm, series):
    _, final = way.run(lstm, series)
    if way.gradient is not None:
        lstm.zero_grad()
        final.h.square().mean().backward()


def _milliseconds(work):
    start = time.perf_counter()
    work()
    return 1e3 * (time.perf_counter() - start)
