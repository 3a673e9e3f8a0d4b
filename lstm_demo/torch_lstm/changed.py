"""What an event changes in a net that keeps its state: the weights, the state, or both."""

from typing import NamedTuple

import torch

from ..refusal import function, refusal
from .nets import StatefulLSTM


class Changed(NamedTuple):
    """Whether an event changed the weights, and whether it changed the state, to the bit."""

    weights: bool
    state: bool


def changed(net, event):
    """Let something happen to a StatefulLSTM, event(), and say what it Changed.

    No state counts as a state of zeros: this is what the next call begins from.
    """
    if not isinstance(net, StatefulLSTM):
        raise refusal("net", "a StatefulLSTM", type(net).__name__, "a stateless net keeps no state that could change")
    function("event", event, "give what is to happen, such as a lambda")
    weights, state = [weight.detach().clone() for weight in net.parameters()], net.state
    event()
    same = all(map(torch.equal, weights, net.parameters()))
    return Changed(not same, not _same_state(state, net.state))


def _same_state(old, new):
    if old is None or new is None:
        return all(not part.any() for state in (old, new) if state is not None for part in state)
    return all(map(torch.equal, old, new))
