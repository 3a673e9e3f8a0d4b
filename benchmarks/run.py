"""Races, as ratios within one run: machines are noisy, ratios less so. `make bench` calls this.

Each pair is timed in turn, ours then theirs, many times over; the median of the ratios counts. One thread each: torch
is told so here, NumPy by OMP_NUM_THREADS and its like, which it reads when it is imported and `make bench` sets.
"""

import platform
import sys
import time
from statistics import median
from typing import NamedTuple

import numpy as np
import torch

import lstm_demo as ld
from lstm_demo.torch_lstm import StatelessLSTM, params_of


class Race(NamedTuple):
    """ours against theirs, two functions without arguments; `most` is the ratio that is asked for."""

    name: str
    ours: callable
    theirs: callable
    most: float


def forward(lanes, steps, features, units, most):
    """run against torch's forward pass, float64, no gradients on either side."""
    net, x = _problem(lanes, steps, features, units)
    params, array = params_of(net.lstm), x.detach().numpy()

    def theirs():
        with torch.no_grad():
            net.lstm(x)

    name = f"run, B={lanes} T={steps} D={features} H={units}, against nn.LSTM"
    return Race(name, lambda: ld.run(params, array), theirs, most)


def there_and_back(lanes, steps, features, units, most):
    """run and backward against torch's forward and autograd, float64, gradients of weights and input."""
    net, x = _problem(lanes, steps, features, units)
    params, array, ones = params_of(net.lstm), x.detach().numpy(), np.ones((lanes, steps, units))

    def theirs():
        net.zero_grad()
        x.grad = None
        net.lstm(x)[0].sum().backward()

    name = f"run and backward, B={lanes} T={steps} D={features} H={units}, against nn.LSTM"
    return Race(name, lambda: ld.backward(params, ld.run(params, array), ones), theirs, most)


def ten_times(name, work, most):
    """The same work on ten times the steps: a linear one takes ten times as long, a quadratic one a hundred times."""
    return Race(f"{name}, ten times the steps", work(100_000), work(10_000), most)


def layouts():
    """back_to_back, lay and unlay, on series of 5 to 55 steps."""

    def placing(count):
        lengths = _lengths(count)
        return lambda: ld.back_to_back(lengths, lanes=64, gap=1)

    def laying(count):
        layout, ragged = placing(count)(), [np.ones((n, 3)) for n in _lengths(count)]
        return lambda: layout.lay(ragged)

    def unlaying(count):
        layout = placing(count)()
        grid = np.ones((*layout.mask.shape, 3))
        return lambda: layout.unlay(grid)

    return [ten_times(n, w, 20) for n, w in (("back_to_back", placing), ("lay", laying), ("unlay", unlaying))]


def ratio(race, rounds=15):
    """(seconds of ours, seconds of theirs, ours / theirs), medians over interleaved rounds."""
    times = [(_seconds(race.ours), _seconds(race.theirs)) for _ in range(rounds + 3)][3:]
    return median(t for t, _ in times), median(t for _, t in times), median(a / b for a, b in times)


def main():
    torch.set_num_threads(1)
    print(f"Python {platform.python_version()}, NumPy {np.__version__}, torch {torch.__version__}, one thread")
    races = [forward(4, 50, 8, 8, 20), there_and_back(32, 50, 12, 32, 2), *layouts()]
    missed = 0
    for race in races:
        ours, theirs, times = ratio(race)
        verdict = "ok" if times <= race.most else "MISSED"
        missed += times > race.most
        said = f"{ours * 1e3:8.2f} / {theirs * 1e3:8.2f} ms = {times:5.2f}, asked {race.most:g}"
        print(f"{race.name:66} {said}  {verdict}")
    return bool(missed)


def _problem(lanes, steps, features, units):
    torch.manual_seed(0)
    x = torch.randn(lanes, steps, features, dtype=torch.float64, requires_grad=True)
    return StatelessLSTM(features, units).double(), x


def _lengths(count):
    return np.random.default_rng(0).integers(5, 56, count)


def _seconds(work):
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


if __name__ == "__main__":
    sys.exit(main())
