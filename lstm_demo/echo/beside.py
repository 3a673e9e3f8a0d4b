"""What lies beside the loop: how far its graph goes, how it fails without the cut, and what an untrained h holds."""

import copy
from typing import NamedTuple

import torch

from ..refusal import flag, function, kind, random_seed, refusal, several, whole
from .loop import RATE, Echo, mse, new_net, windows

READ = 200  # steps of the streams that h is read off


def nodes(loss):
    """How many nodes of the graph a backward pass from this loss visits: counted, unlike time the same everywhere."""
    kind("loss", loss, torch.Tensor, "give what backward would be called on")
    seen, todo = set(), [loss.grad_fn]
    while todo:
        node = todo.pop()
        if node is not None and node not in seen:
            seen.add(node)
            todo += [earlier for earlier, _ in node.next_functions]
    return len(seen)


class Attempt(NamedTuple):
    """What came of a training loop: the nodes that each batch's backward pass visited, and the error that ended it."""

    nodes: list[int]
    error: str


def attempt(between, *, retain=False, update=True, batches=6):
    """Run a loop as it is often written, until it ends or fails; each batch is a window of 4 steps.

    between  what becomes of the (h, c) after a batch, as in `learn`
    retain   whether backward() is told retain_graph=True
    update   whether the weights are changed after each batch
    """
    function("between", between, "see BETWEEN")
    batches = whole("batches", batches, at_least=1)
    flag("retain", retain), flag("update", update)
    net, state, visited = new_net(0), None, []
    adam = torch.optim.Adam(net.parameters(), lr=RATE)
    for x, y in windows(batches, 4, 2):
        said, state = net(x, state)
        loss = mse(said, y)
        try:
            loss.backward(retain_graph=retain)
        except RuntimeError as error:
            return Attempt(visited, str(error))
        visited.append(nodes(loss))
        if update:
            adam.step()
        state = between(state)
    return Attempt(visited, "")


@torch.no_grad()
def readable(net, lags, *, seed=0):
    """How much of the past lies in h, trained for it or not: {lag: mean squared error of the best linear reading}.

    The reading is fitted on one stream by least squares and judged on another, both of 200 steps in 64 lanes.
    """
    kind("net", net, Echo, "see new_net")
    seed, lags = random_seed("seed", seed), several("lags", lags)
    lags = [whole(f"lags[{k}]", lag, at_least=0) for k, lag in enumerate(lags)]
    if max(lags) >= READ:
        raise refusal("lags", f"lags below the {READ} steps of a stream", max(lags), "take shorter ones")
    lstm = copy.deepcopy(net.lstm).double()
    return {lag: _read(*(_heard(lstm, lag, s) for s in (seed, seed + 1))) for lag in lags}


def _heard(lstm, lag, seed):
    """(h with a one beside it, what was heard `lag` steps before), over all steps that have an answer."""
    ((x, y),) = windows(1, READ, lag, seed=seed)
    h = lstm(x.double())[0][:, lag:].flatten(0, 1)
    return torch.cat([h, torch.ones(len(h), 1)], dim=1), y[:, lag:].flatten().double()


def _read(fitted, judged):
    weights = torch.linalg.lstsq(*fitted, driver="gelsd").solution
    return mse(judged[0] @ weights, judged[1]).item()
