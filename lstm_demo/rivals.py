"""Two rivals for one task: a feed-forward net on an input window of steps, and a stateless LSTM over the row.

Both read (B, T, D) and answer at every step, (B, T, 1), from that step and from those before it in the same row.
"""

import time
from typing import NamedTuple

import numpy as np
import torch
from torch import nn

from .keep import fit
from .refusal import kind, random_seed, refusal, whole
from .series import delayed_echo
from .torch_lstm import StatelessLSTM

UNITS = 24
STEPS, FARTHEST = 32, 12  # of a row; the longest lag that is asked for: from step 12 on every target lies in the row


class WindowNet(nn.Module):
    """One hidden layer on the last `width` steps, this one included; before the first step of a row stand zeros."""

    def __init__(self, width, units=UNITS, features=1):
        super().__init__()
        self.width = whole("width", width, at_least=1)
        self.features = whole("features", features, at_least=1)
        inputs = self.width * self.features
        units = whole("units", units, at_least=1)
        self.layers = nn.Sequential(nn.Linear(inputs, units), nn.ReLU(), nn.Linear(units, 1))

    def forward(self, x):
        """x (B, T, D) -> (B, T, 1)."""
        _check_rows(x, self.features, self.layers[0].weight)
        seen = nn.functional.pad(x, (0, 0, self.width - 1, 0)).unfold(1, self.width, 1)  # (B, T, D, width)
        return self.layers(seen.flatten(2))


class RowLSTM(nn.Module):
    """A stateless LSTM and one number read off its h at every step: each row begins from zeros."""

    def __init__(self, units=UNITS, features=1):
        super().__init__()
        self.net, self.head = StatelessLSTM(features, units), nn.Linear(units, 1)

    def forward(self, x):
        """x (B, T, D) -> (B, T, 1)."""
        return self.head(self.net(x)[0])


class Echoed(NamedTuple):
    """How a net did: mean squared error (always saying 0 scores 1), processor seconds, numbers trained."""

    error: float
    seconds: float
    parameters: int


def echo(width, lag, seed, batches=600):
    """Train a net on delayed_echo and score it on other rows: Echoed.

    width    of the window in steps; None trains the LSTM instead
    lag      0..12. Rows have 32 steps; steps 12..31 are scored, where the target of any lag lies in the row
    seed     of weights, batches and rows
    batches  of 50 rows, out of 1,000

    Raises ValueError by name for any other lag or width. torch's generator is left as it was.
    """
    if (lag := whole("lag", lag, at_least=0)) > FARTHEST:
        raise refusal("lag", f"at most {FARTHEST}", lag, "the targets of the scored steps must lie in the row")
    seed, batches = random_seed("seed", seed), whole("batches", batches, at_least=1)
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        net = RowLSTM() if width is None else WindowNet(width)
        x, y = _rows(1000, lag, 2 * seed)
        begun = time.process_time()
        fit([net], lambda k: (net(x[k]) - y[k])[:, lag:].square().mean(), len(x), steps=batches)
        seconds = time.process_time() - begun
    x, y = _rows(200, lag, 2 * seed + 1)
    with torch.no_grad():
        error = (net(x) - y)[:, FARTHEST:].square().mean().item()
    return Echoed(error, seconds, parameters(net))


def parameters(net):
    """How many numbers training may change."""
    kind("net", net, nn.Module, "give a net of torch")
    return sum(p.numel() for p in net.parameters() if p.requires_grad)


def unused(net, x):
    """How many numbers of a net get a gradient of exactly zero from what it makes of x: training cannot move them.

    net  called as net(x); of a tuple, such as nn.LSTM returns, the first is taken
    """
    out = kind("net", net, nn.Module, "give a net of torch")(x)
    out = out[0] if isinstance(out, tuple) else out
    gradients = torch.autograd.grad(out.square().sum(), list(net.parameters()))
    return sum((gradient == 0).sum().item() for gradient in gradients)


def _check_rows(x, features, weight):
    """Refuse all but a dense (B, T, features) tensor of the dtype of the weights."""
    dense = isinstance(x, torch.Tensor) and x.layout == torch.strided
    if not dense or x.ndim != 3 or x.shape[2] != features or 0 in x.shape:
        got = tuple(x.shape) if dense else type(x).__name__
        raise refusal("x", f"a dense tensor (B, T, {features})", got, "check the axes; convert it with torch.as_tensor")
    if x.dtype != weight.dtype or x.device != weight.device:
        want = f"{weight.dtype} on {weight.device} like the weights"
        raise refusal("x", want, f"{x.dtype} on {x.device}", "convert it with .to(), or the net")


def _rows(count, lag, seed):
    """Inputs and targets, two (count, STEPS, 1) of float32."""
    return (torch.tensor(np.stack(rows), dtype=torch.float32) for rows in delayed_echo(count, STEPS, lag, seed=seed))
