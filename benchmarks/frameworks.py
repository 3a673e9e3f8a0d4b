"""What Keras and torch do where no lesson runs it, fact by fact, seen anew; writes docs/frameworks.md.

    python benchmarks/frameworks.py [--quick]

A fact is a function: its docstring is the sentence, it asserts that this is so, and returns in short what it saw.
Fails, and writes nothing, if one is no longer so; with --quick nothing is written either.
"""

import inspect
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import numpy as np
import torch
from machine import machine, wrote
from torch import nn

PAGE = Path(__file__).resolve().parents[1] / "docs" / "frameworks.md"
KERAS, TORCH, LOST = "Keras", "torch", "NOT SO HERE"
LAYERS = "02_inside_the_cell.ipynb#What-is-carried-in-layers-and-directions?"
MANY = "02_inside_the_cell.ipynb#What-if-there-are-many-units?"
HEAD = """\
# What Keras and torch do, where no lesson runs it

What Keras does with state and masks is run in [10](../notebooks/10_in_keras.ipynb), what torch does with padding and
packing in [13](../notebooks/13_in_torch.ipynb). Each sentence of a table was run by `benchmarks/frameworks.py`, which
asserts it; what it saw stands beside it. `make test` runs all but the one that can end a process, `make bench` makes
this page anew. Keras ran on its torch back end. Seen on:

"""
TAIL = """
## On a GPU, not run here

torch's LSTM runs backward in training mode only, not after `eval()`
([pytorch/pytorch#5878](https://github.com/pytorch/pytorch/issues/5878)), and may differ from run to run unless an
environment variable of CUDA is set ([docs](https://docs.pytorch.org/docs/stable/generated/torch.nn.LSTM.html)).
"""


class Fact(NamedTuple):
    section: str
    sentence: str
    sources: tuple
    lesson: str
    see: Callable


FACTS = {}


def fact(section, *sources, lesson=""):
    """Put a function among the FACTS. Sources: owner/name#12 of a thread; lesson: its file and #heading."""

    def kept(see):
        FACTS[see.__name__] = Fact(section, " ".join(inspect.getdoc(see).split()), sources, lesson, see)
        return see

    return kept


# --- the facts -------------------------------------------------------------------------------------------------------


def keras_and_input(*shape):
    os.environ["KERAS_BACKEND"] = "torch"
    import keras

    keras.utils.set_random_seed(0)
    return keras, np.random.default_rng(0).normal(size=shape).astype("float32")


def array(tensor):
    return tensor.detach().numpy()


@fact(KERAS, "tensorflow/tensorflow#34055", "keras-team/keras#4421", lesson=LAYERS)
def both_halves_are_stateful():
    """`Bidirectional` around a stateful layer carries both halves, but only the forward half can be carried: in pieces
    the backward half differs from the whole."""
    keras, x = keras_and_input(1, 10, 2)
    lstm = keras.layers.Bidirectional(keras.layers.LSTM(3, stateful=True, return_sequences=True))
    lstm(x[:, :5])
    lstm.reset_state()
    whole = array(lstm(x))
    lstm.reset_state()
    gap = np.abs(np.concatenate([array(lstm(x[:, :5])), array(lstm(x[:, 5:]))], axis=1) - whole).max(axis=(0, 1))
    assert lstm.forward_layer.stateful
    assert lstm.backward_layer.stateful
    assert gap[:3].max() < 1e-6 < 1e-3 < gap[3:].max()
    return f"10 steps in two pieces: forward half off by {gap[:3].max():.0e}, backward half by {gap[3:].max():.2g}"


@fact(KERAS, "keras-team/keras#1703", "keras-team/keras#1674", lesson=LAYERS)
def go_backwards_returns_what_it_read_first():
    """`go_backwards=True` reads from the end and leaves its outputs in the order in which it read: the first output
    belongs to the last step."""
    keras, x = keras_and_input(1, 5, 2)
    back = keras.layers.LSTM(4, return_sequences=True, go_backwards=True)
    forth = keras.layers.LSTM(4, return_sequences=True)
    back.build(x.shape)
    forth.build(x.shape)
    forth.set_weights(back.get_weights())
    read, other = array(back(x)), array(forth(x[:, ::-1].copy()))
    gap = np.abs(read - other).max()
    assert gap < 1e-6 < 1e-3 < np.abs(read - other[:, ::-1]).max()
    return f"against a forward layer on the reversed series {gap:.0e}, both unturned"


@fact(TORCH, "pytorch/pytorch#3925", lesson=LAYERS)
def a_state_of_another_shape_is_refused():
    """`nn.LSTM` refuses a state of another shape by name, and stretches none over the batch."""
    lstm, one = nn.LSTM(3, 5, batch_first=True), torch.zeros(1, 1, 5)
    said = "taken without a word"
    try:
        lstm(torch.zeros(4, 7, 3), (one, one))
    except RuntimeError as error:
        said = str(error)
    assert "(1, 4, 5)" in said, said
    return said


@fact(TORCH, "pytorch/pytorch#173946")
def the_bare_function_checks_no_shape():
    """`torch.lstm`, the function under `nn.LSTM`, does not check the shape of the state on a CPU; with too small a
    state it reads memory that is not its own."""
    program = (
        "import torch; lstm, x, h = torch.nn.LSTM(3, 5, batch_first=True), torch.zeros(4, 7, 3), torch.zeros({shape}); "
        "out = torch.lstm(x, (h, h), lstm._flat_weights, True, 1, 0.0, False, False, True)[0]; "
        "print('outputs', tuple(out.shape), flush=True)"
    )
    ends = []
    for shape in ((1, 8, 5), (1, 4, 1), (1, 1, 5)):
        ran = subprocess.run([sys.executable, "-c", program.format(shape=shape)], capture_output=True, text=True)
        assert "Error" not in ran.stderr, ran.stderr
        end = ran.stdout.strip() if ran.returncode == 0 else f"the process died (status {ran.returncode})"
        ends.append(f"state {shape}: {end}")
    return f"for four lanes of 5 units, {'; '.join(ends)}"


@fact(TORCH, "pytorch/pytorch#750", lesson=MANY)
def starts_uniform_with_two_biases():
    """Everything starts uniform between ±1/√H, the biases too, of which there are two that only ever act as their sum;
    no forget bias is set apart."""
    torch.manual_seed(0)
    lstm, bound = nn.LSTM(3, 64), 64**-0.5
    forget = (lstm.bias_ih_l0 + lstm.bias_hh_l0)[64:128]
    largest = max(weight.abs().max().item() for weight in lstm.parameters())
    assert 0.99 * bound < largest <= bound
    assert abs(forget.mean().item()) < 0.1
    assert forget.abs().max() <= 2 * bound
    before = lstm(x := torch.randn(7, 1, 3))[0]
    with torch.no_grad():
        lstm.bias_ih_l0 += lstm.bias_hh_l0
        lstm.bias_hh_l0.zero_()
    assert (before - lstm(x)[0]).abs().max() < 1e-6
    return f"H = 64: largest weight or bias {largest:.4f} of {bound}; mean forget bias {forget.mean().item():.3f}"


# --- the page --------------------------------------------------------------------------------------------------------


def seen(fact):
    try:
        return fact.see()
    except Exception as error:
        return f"{LOST}: {type(error).__name__}: {error}"


def row(fact, what):
    """A line of the table."""
    lesson = f"[{fact.lesson[:2]}](../notebooks/{fact.lesson})" if fact.lesson else ""
    threads = [f"https://github.com/{source.replace('#', '/issues/')}" for source in fact.sources]
    sources = ", ".join(f"[{one}]({thread})" for one, thread in zip(fact.sources, threads, strict=True))
    return f"| {fact.sentence} | {what.replace('0e+00', '0')} | {sources} | {lesson} |"


def main(given):
    found = {name: seen(fact) for name, fact in FACTS.items()}
    lines = [HEAD + machine()]
    for section in (KERAS, TORCH):
        lines += ["", f"## {section}", "", "| fact | seen | source | lesson, in torch |", "|---|---|---|---|"]
        lines += [row(fact, found[name]) for name, fact in FACTS.items() if fact.section == section]
    said = "\n".join([*lines, TAIL])
    print(said)
    lost = [name for name, what in found.items() if what.startswith(LOST)]
    if not lost and "--quick" not in given:
        wrote(PAGE, said)
    print(f"{len(FACTS)} facts, no longer so: {', '.join(lost) or 'none'}")
    return 1 if lost else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
