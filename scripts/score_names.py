"""Train all that lesson 09 compares, and write what came out: two tables, and the weights that the lesson opens with.

    python scripts/score_names.py                  everything, into data/: about an hour of one core
    python scripts/score_names.py --part weights   one of: weights, stream_weights, scores, stream
    python scripts/score_names.py --quick          a tiny run into a temporary folder, to see that the script works

    name_scores.csv   the category from the name: the LSTM and its opponents, on both splits
    name_stream.csv   the next letter of all names in a row: state carried or reset, the names in order or not
    name_net.npz      the weights of the LSTM of seed 0 on the split by blocks
    name_stream.npz   those of the stream, carried, blocks shuffled, of seed 0

One thread, and every draw is seeded: on one machine the same weights come out to the last bit, and the same bytes in
the file. On another processor or version of torch they differ by rounding, and rounding grows in training. Only the
seconds differ from run to run; they are those of the processor, and of the last fit alone, not of the search for a
setting.
"""

import sys
import time
from functools import partial
from typing import NamedTuple

import numpy as np
import sweep
import torch

from lstm_demo import keep, names, unicode_names
from lstm_demo.tables import Scored, Streamed

BLOCK = 40  # names of a stream that is tested: as many as are held out in a row
SCORES, STREAM = "name_scores.csv", "name_stream.csv"
WEIGHTS, STREAM_WEIGHTS = "name_net.npz", "name_stream.npz"
ORDERS = {"in order": None, "blocks shuffled": BLOCK, "names shuffled": 1}  # how many neighbours stay together
DIGITS = {"accuracy": 4, "seconds": 1, "bits": 4}
LONG, SHORT = 16, 4  # passes
STREAM_WAYS = (
    (LONG, "carried", "blocks shuffled"),  # the first: its weights are kept
    (LONG, "reset", "names shuffled"),
    (LONG, "carried", "in order"),
    (LONG, "carried", "names shuffled"),
    (LONG, "reset", "in order"),
    (SHORT, "carried", "blocks shuffled"),
    (SHORT, "reset", "names shuffled"),
)


class Scale(NamedTuple):
    """How much is trained: every so many names, units, seeds, and passes over the names."""

    every: int = 1
    units: int = 128
    hidden: int = 256
    seeds: int = 5
    epochs: int = 15
    window_epochs: int = 12
    stream_ways: tuple = STREAM_WAYS


QUICK = Scale(
    every=40,
    units=8,
    hidden=16,
    seeds=2,
    epochs=1,
    window_epochs=1,
    stream_ways=tuple((1, *way) for _, *way in STREAM_WAYS[:5]),
)


class Task(NamedTuple):
    """A split: indices trained on and held out, of all names as codes, as texts, and their categories."""

    split: str
    train: np.ndarray
    test: np.ndarray
    codes: list
    texts: np.ndarray
    categories: torch.Tensor

    def side(self, chosen):
        """(codes, texts, categories) of these indices."""
        return [self.codes[k] for k in chosen], self.texts[chosen], self.categories[chosen]


def task(split, every=1):
    codes, categories, texts = unicode_names()
    train, test = (side[::every] for side in names.SPLITS[split](len(codes)))
    return Task(split, train, test, list(map(torch.from_numpy, codes)), np.array(texts), torch.from_numpy(categories))


def trained(net, job, **how):
    """A net trained on a task, by one seed: (net, seconds)."""
    codes, _, categories = job.side(job.train)
    start = time.process_time()
    for _ in names.train(net, codes, categories, **how):
        pass
    return net, time.process_time() - start


def lstm(job, scale, seed):
    torch.manual_seed(seed)
    return trained(names.NameNet(scale.units), job, epochs=scale.epochs)


def window(job, scale, seed):
    torch.manual_seed(seed)
    how = {"epochs": scale.window_epochs, "rate": 3e-3, "words": 0.0}
    return trained(names.WindowNet(hidden=scale.hidden), job, **how)


def grams(job, kind):
    """Its strength is chosen on names kept back, which the fit that counts gets again."""
    _, texts, categories = job.side(job.train)
    strength = names.tuned(texts, categories.numpy(), names.kept_back(job.split, job.train), kind)
    start = time.process_time()
    return names.ngrams(texts, categories.numpy(), kind, strength), time.process_time() - start


def guess(job):
    start = time.process_time()
    return names.majority(job.side(job.train)[2]), time.process_time() - start


def score(model, split, seed, fitted, seconds, job):
    codes, texts, categories = job.side(job.test)
    accuracy = names.accuracy(fitted, codes if isinstance(fitted, torch.nn.Module) else texts, categories)
    return Scored(model, split, seed, accuracy, seconds, names.parameters(fitted))


def scores(scale):
    """Every Scored, as it is made."""
    for split in names.SPLITS:
        job = task(split, scale.every)
        yield score("majority", split, 0, *guess(job), job)
        for kind in ("tf-idf", "binary"):
            yield score(f"n-grams {kind}", split, 0, *grams(job, kind), job)
        for model, make in (("window", window), ("LSTM", lstm)):
            for seed in range(scale.seeds):
                yield score(model, split, seed, *make(job, scale, seed), job)


def stream_names(scale):
    """(names to train on, blocks of names to be foretold), as codes."""
    job = task("blocks", scale.every)
    train, test = ([job.codes[k].numpy() for k in side] for side in (job.train, job.test))
    return train, [test[k : k + BLOCK] for k in range(0, len(test), BLOCK)]


def streamed(train, state, order, seed, passes, units):
    """A NameStream trained in that way."""
    torch.manual_seed(seed)
    net, how = names.NameStream(units), {"reset": state == "reset", "together": ORDERS[order]}
    for _ in names.train_stream(net, train, passes=passes, **how):
        pass
    return net


def streams(scale):
    """Every Streamed, as it is made."""
    train, blocks = stream_names(scale)
    for seed in range(scale.seeds):
        for passes, state, order in scale.stream_ways:
            net = streamed(train, state, order, seed, passes, scale.units)
            yield Streamed(state, order, seed, passes, names.bits(net, blocks, reset=state == "reset"))


def written(row):
    """A line of a table."""
    fields = row._asdict().items()
    return ",".join(f"{value:.{DIGITS[name]}f}" if name in DIGITS else str(value) for name, value in fields)


def write_weights(path, scale):
    net, _ = lstm(task("blocks", scale.every), scale, seed=0)
    keep.save(net, path)


def write_stream_weights(path, scale):
    passes, state, order = scale.stream_ways[0]
    keep.save(streamed(stream_names(scale)[0], state, order, 0, passes, scale.units), path)


PARTS = {
    "weights": (WEIGHTS, write_weights),
    "stream_weights": (STREAM_WEIGHTS, write_stream_weights),
    "scores": (SCORES, lambda path, scale: sweep.write_table(path, Scored, scores(scale), written)),
    "stream": (STREAM, lambda path, scale: sweep.write_table(path, Streamed, streams(scale), written)),
}


def main(arguments=None) -> int:
    parser = sweep.options("Train all that lesson 09 compares, and write tables and weights.")
    parser.add_argument("--part", choices=PARTS, help="make this file only")
    chosen = parser.parse_args(arguments)
    scale = QUICK if chosen.quick else Scale()
    parts = (PARTS[part] for part in ([chosen.part] if chosen.part else PARTS))
    return sweep.make(chosen, {name: partial(write, scale=scale) for name, write in parts}, "scikit-learn")


if __name__ == "__main__":
    sys.exit(main())
