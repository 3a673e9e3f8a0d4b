"""What an event changes in a net that keeps its state, told to the bit."""

import pytest
import torch
from problems import refused

from lstm_demo.torch_lstm import Changed, StatefulLSTM, StatelessLSTM, changed


@pytest.fixture
def net():
    torch.manual_seed(0)
    net = StatefulLSTM(2, 3)
    net(torch.randn(4, 5, 2))
    return net


def test_reading_changes_the_state_alone(net):
    assert changed(net, lambda: net(torch.randn(4, 1, 2))) == Changed(weights=False, state=True)
    with torch.no_grad():
        assert changed(net, lambda: net(torch.randn(4, 1, 2))) == Changed(weights=False, state=True)


def test_the_first_reading_changes_the_state_that_was_none():
    torch.manual_seed(0)
    net = StatefulLSTM(2, 3)
    assert changed(net, lambda: net(torch.randn(4, 1, 2))) == Changed(weights=False, state=True)


def test_a_step_of_the_optimizer_changes_the_weights_alone(net):
    net(torch.randn(4, 5, 2)).sum().backward()
    assert changed(net, torch.optim.SGD(net.parameters(), lr=1e-3).step) == Changed(weights=True, state=False)


def test_a_reset_changes_the_state_alone_of_all_lanes_or_of_one(net):
    one = torch.tensor([False, True, False, False])
    assert changed(net, lambda: net.reset_states(one)) == Changed(weights=False, state=True)
    assert changed(net, lambda: net.reset_states(one)) == Changed(weights=False, state=False)  # zero already
    assert changed(net, net.reset_states) == Changed(weights=False, state=True)
    assert changed(net, net.reset_states) == Changed(weights=False, state=False)


def test_zeros_are_no_other_state_than_none(net):
    net.reset_states(torch.ones(4, dtype=torch.bool))
    assert changed(net, net.reset_states) == Changed(weights=False, state=False)


def test_the_smallest_change_of_any_weight_or_of_h_or_c_alone_is_seen(net):
    def nudged(tensor):
        tensor = tensor.detach().clone()
        tensor.view(-1)[-1] = torch.nextafter(tensor.view(-1)[-1], torch.tensor(9.0))
        return tensor

    def nudge(weight):
        weight.data = nudged(weight)

    def push(part):
        net.state = net.state._replace(**{part: nudged(getattr(net.state, part))})

    for weight in net.parameters():
        assert changed(net, lambda weight=weight: nudge(weight)) == Changed(weights=True, state=False)
    for part in ("h", "c"):
        assert changed(net, lambda part=part: push(part)) == Changed(weights=False, state=True)
    assert changed(net, lambda: (push("h"), nudge(net.lstm.weight_hh_l0))) == Changed(weights=True, state=True)


def test_nothing_changes_nothing_and_a_stateless_net_is_refused(net):
    assert changed(net, lambda: None) == Changed(weights=False, state=False)
    message = "net: expected a StatefulLSTM, got StatelessLSTM; a stateless net keeps no state that could change"
    refused(message, lambda: changed(StatelessLSTM(2, 3), lambda: None))
    refused("event: expected a function, got 3; give what is to happen, such as a lambda", lambda: changed(net, 3))
