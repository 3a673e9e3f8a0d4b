"""The loop: a stream of signs cut into windows, a net that echoes them with a lag, one update after each window."""

import numpy as np
import torch
from torch import nn

from ..refusal import choice, function, kind, numbers, random_seed, refusal, short, whole
from ..series import delayed_echo

LANES, UNITS, RATE, UPDATES = 64, 24, 0.005, 1000
TESTED = 400  # steps of each lane that a net is tested on


def keep_value(state):
    """What the next window begins from: these values, no gradient."""
    if not isinstance(state, tuple | list) or not all(isinstance(part, torch.Tensor) for part in state):
        raise refusal("state", "(h, c), two tensors", type(state).__name__, "give what the net returned")
    return tuple(part.detach() for part in state)


def keep_nothing(_state):
    """What the next window begins from: None, which is zeros."""


BETWEEN = {"carried": keep_value, "reset": keep_nothing}


class Echo(nn.Module):
    """An nn.LSTM that reads one sign a step, and a head that says one number a step."""

    def __init__(self, units=UNITS):
        super().__init__()
        units = whole("units", units, at_least=1)
        self.lstm, self.head = nn.LSTM(1, units, batch_first=True), nn.Linear(units, 1)

    def forward(self, x, state=None):
        """x (B, T, 1) and (h, c) of (1, B, H) each, or None, to what is said, (B, T, 1), and the last (h, c)."""
        _check(self.lstm, x, state)
        out, state = self.lstm(x, state)
        return self.head(out), state


def new_net(seed, units=UNITS):
    """A fresh Echo, the same for the same seed; torch's generator is left where it stands."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(random_seed("seed", seed))
        return Echo(units)


def windows(count, width, lag, *, seed=0, lanes=LANES):
    """A stream of signs cut along time: `count` of (heard, said), each (lanes, width, 1).

    What is to be said is what was heard `lag` steps before, and 0 where no step lies so far back: see `mse`.
    """
    count, width = whole("count", count, at_least=1), whole("width", width, at_least=1)
    heard, said = delayed_echo(whole("lanes", lanes, at_least=1), count * width, lag, seed=seed)
    cut = (torch.tensor(np.stack(part), dtype=torch.float32).split(width, dim=1) for part in (heard, said))
    return list(zip(*cut, strict=True))


def slow_windows(count, width, lag, *, seed=0, lanes=LANES, stay=0.9):
    """As `windows`, but each sign is the one before it with probability `stay`: the past can be told from what is near.

    From a sign that was heard d steps later, the best guess has a mean squared error of 1 - (2 stay - 1) ** (2 d).
    """
    width, lanes = whole("width", width, at_least=1), whole("lanes", lanes, at_least=1)
    steps, lag = whole("count", count, at_least=1) * width, whole("lag", lag, at_least=0)
    if lag >= steps:
        raise refusal("lag", f"less than the {steps} steps of count windows", lag, "shorten it or take more windows")
    if not 0 <= (stay := numbers("stay", stay, ())) <= 1:
        raise refusal("stay", "a probability, 0 to 1", short(stay), "0.9 is usual")
    rng = np.random.default_rng(random_seed("seed", seed))
    flips = np.where(rng.random((lanes, steps, 1)) < stay, 1, -1)
    flips[:, 0] = rng.choice([-1, 1], (lanes, 1))
    heard = torch.tensor(flips.cumprod(axis=1), dtype=torch.float32)
    said = torch.cat([torch.zeros(lanes, lag, 1), heard], dim=1)[:, :steps]
    return list(zip(heard.split(width, dim=1), said.split(width, dim=1), strict=True))


def mse(said, wanted):
    """Mean squared error over the steps that have an answer, a scalar; 0 where none has. 1.0 is that of silence."""
    for name, value in (("said", said), ("wanted", wanted)):
        if _check_dense(name, value).dtype == torch.bool:
            raise refusal(name, "numbers", "torch.bool", "convert it with .float()")
    if said.shape != wanted.shape:  # torch would broadcast (B, T, 1) against (B, T)
        raise refusal("wanted", f"shape {tuple(said.shape)} like said", tuple(wanted.shape), "give one for each answer")
    wrong = (said - wanted)[wanted != 0]
    return wrong.pow(2).sum() / max(1, len(wrong))


def learn(net, window, lag, between=keep_value, *, updates=UPDATES, seed=0):
    """Train an Echo by truncated backpropagation through time, in place: a step of Adam after each window.

    between  what becomes of the (h, c) after a window before the next one reads it, as in BETWEEN
    """
    window, updates = _given(net, window, between), whole("updates", updates, at_least=1)
    adam, state = torch.optim.Adam(net.parameters(), lr=RATE), None
    for x, y in windows(updates, window, lag, seed=seed):
        said, state = net(x, state)
        adam.zero_grad()
        mse(said, y).backward()
        nn.utils.clip_grad_norm_(net.parameters(), 1.0)
        adam.step()
        state = between(state)


@torch.no_grad()
def error(net, window, lag, between=keep_value, *, seed=1000, stream=windows):
    """Mean squared error of an Echo on another stream, `windows` or `slow_windows`, read window by window."""
    function("stream", stream, "take windows or slow_windows"), _given(net, window, between)
    window, lag = answerable(window, lag)
    said, state = [], None
    pairs = stream(TESTED // window, window, lag, seed=seed)
    for x, _ in pairs:
        out, state = net(x, state)
        said.append(out)
        state = between(state)
    return mse(torch.cat(said, dim=1), torch.cat([y for _, y in pairs], dim=1)).item()


def measure(window, lag, state, seed, *, updates=UPDATES):
    """The error of a fresh Echo of this seed, trained and tested with `state`, a key of BETWEEN."""
    choice("state", state, list(BETWEEN))
    answerable(window, lag)  # now, and not after the training
    net = new_net(seed)
    learn(net, window, lag, BETWEEN[state], updates=updates, seed=seed)
    return error(net, window, lag, BETWEEN[state], seed=1000 + seed)


def answerable(window, lag, name="lag"):
    """The window and the lag as ints, if the steps of the test have room for both."""
    window, lag = whole("window", window, at_least=1), whole(name, lag, at_least=0, cure="0 echoes the same step")
    if window > TESTED:
        raise refusal("window", f"at most {TESTED}, the steps of the test", window, "take narrower windows")
    if lag >= (steps := TESTED // window * window):
        raise refusal(name, f"less than the {steps} steps of the test", lag, "take a shorter one")
    return window, lag


def _given(net, window, between):
    """The window as an int, if all three are what they should be."""
    kind("net", net, Echo, "see new_net"), function("between", between, "see BETWEEN")
    return whole("window", window, at_least=1)


def _check(lstm, x, state):
    """Refuse all but x (B, T, 1), and a state of two (1, B, H) or None; all dense, of the dtype of the weights."""
    _check_tensor("x", x, lstm.weight_ih_l0)
    if x.ndim != 3 or x.shape[2] != 1 or 0 in x.shape:
        raise refusal("x", "shape (B, T, 1), no axis empty", tuple(x.shape), "check the axes")
    if state is None:
        return
    if not isinstance(state, tuple | list) or len(state) != 2:
        raise refusal("state", "(h, c)", type(state).__name__, "give what the net returned, or None for zeros")
    shape = (1, len(x), lstm.hidden_size)
    for part in state:
        _check_tensor("state", part, lstm.weight_ih_l0)
        if tuple(part.shape) != shape:
            raise refusal("state", f"shape {shape} each", tuple(part.shape), "carry the state of the same lanes")


def _check_dense(name, value):
    if not isinstance(value, torch.Tensor) or value.layout != torch.strided:
        got = value.layout if isinstance(value, torch.Tensor) else type(value).__name__
        raise refusal(name, "a dense tensor", got, "convert it with torch.as_tensor or .to_dense()")
    return value


def _check_tensor(name, value, like):
    _check_dense(name, value)
    if (value.dtype, value.device) != (like.dtype, like.device):
        want = f"{like.dtype} on {like.device} like the weights"
        raise refusal(name, want, f"{value.dtype} on {value.device}", "convert it with .to(), or the net")
