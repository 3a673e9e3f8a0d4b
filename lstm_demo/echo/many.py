"""Many nets trained side by side, each as `measure` trains it: a sweep in a fifth of the time."""

import itertools

import torch

from ..refusal import choice, random_seed, several, whole
from .loop import BETWEEN, RATE, UPDATES, Echo, answerable, error, keep_value, new_net, windows


def measure_many(window, lags, state, seeds, *, updates=UPDATES):
    """{(lag, seed): error}: what `measure(window, lag, state, seed)` gives, to rounding, which training lets grow."""
    choice("state", state, list(BETWEEN))
    window, updates = whole("window", window, at_least=1), whole("updates", updates, at_least=1)
    lags = [answerable(window, lag, f"lags[{k}]")[1] for k, lag in enumerate(several("lags", lags))]
    seeds = [random_seed(f"seeds[{k}]", seed) for k, seed in enumerate(several("seeds", seeds))]
    jobs = list(itertools.product(lags, seeds))
    weights = _stacked([new_net(seed) for _, seed in jobs])
    adam, kept = torch.optim.Adam(weights.values(), lr=RATE), None
    for x, y in _windows(jobs, window, updates):
        said, last = _run(weights, x, kept)
        adam.zero_grad()
        _mse(said, y).sum().backward()
        _clip(weights)
        adam.step()
        kept = keep_value(last) if state == "carried" else None
    nets = zip(jobs, _apart(weights, len(jobs)), strict=True)
    return {(lag, seed): error(net, window, lag, BETWEEN[state], seed=1000 + seed) for (lag, seed), net in nets}


def _stacked(nets):
    """{name: (N, ...) parameter} of N nets."""
    names = [name for name, _ in nets[0].named_parameters()]
    found = {name: torch.stack([net.state_dict()[name] for net in nets]) for name in names}
    return {name: stack.requires_grad_() for name, stack in found.items()}


def _apart(weights, count):
    """The N nets again, one by one."""
    for k in range(count):
        net = Echo()
        net.load_state_dict({name: stack[k].detach() for name, stack in weights.items()})
        yield net


def _windows(jobs, width, updates):
    """Windows (heard, said), each (N, B, width): one row of N for each job, as `learn` reads them."""
    streams = [windows(1, updates * width, lag, seed=seed)[0] for lag, seed in jobs]
    heard, said = (torch.stack([stream[k][..., 0] for stream in streams]) for k in (0, 1))
    return zip(heard.split(width, dim=2), said.split(width, dim=2), strict=True)


def _run(weights, x, state):
    """x (N, B, T) to what is said, (N, B, T), and the last (h, c), each (N, B, H); gates in the order i, f, g, o."""
    rows, recurrent = weights["lstm.weight_ih_l0"][..., 0], weights["lstm.weight_hh_l0"].transpose(1, 2)
    bias = weights["lstm.bias_ih_l0"] + weights["lstm.bias_hh_l0"]
    h, c = state if state else 2 * [x.new_zeros(*x.shape[:2], recurrent.shape[1])]
    out = []
    for one in x.unbind(dim=2):
        z = torch.baddbmm(one[..., None] * rows[:, None] + bias[:, None], h, recurrent)
        i, f, g, o = z.chunk(4, dim=2)
        c = f.sigmoid() * c + i.sigmoid() * g.tanh()
        h = o.sigmoid() * c.tanh()
        out.append(torch.baddbmm(weights["head.bias"][:, None], h, weights["head.weight"].transpose(1, 2)))
    return torch.cat(out, dim=2), (h, c)


def _mse(said, wanted):
    """(N,): `mse` of each net."""
    asked = wanted != 0
    wrong = torch.where(asked, said - wanted, 0.0)
    return wrong.pow(2).sum(dim=(1, 2)) / asked.sum(dim=(1, 2)).clamp(min=1)


def _clip(weights):
    """The gradient of each net, all its weights together, cut to length 1, as clip_grad_norm_ does."""
    squares = sum(weight.grad.flatten(1).pow(2).sum(dim=1) for weight in weights.values())
    factor = (1 / (squares.sqrt() + 1e-6)).clamp(max=1)
    for weight in weights.values():
        weight.grad *= factor.view(-1, *[1] * (weight.ndim - 1))
