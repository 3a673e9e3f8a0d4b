"""Laws of the light optimizers: the same steps to the last bit as torch.optim's own, and no compiler imported."""

import subprocess
import sys

import pytest
import torch

from lstm_demo.training import light

KINDS = {
    "Adam": lambda of: (of(torch.optim.Adam), {"lr": 0.05}),
    "AdamW": lambda of: (of(torch.optim.AdamW), {"lr": 0.05, "weight_decay": 0.1, "betas": (0.9, 0.99)}),
    "SGD": lambda of: (of(torch.optim.SGD), {"lr": 0.05, "momentum": 0.9}),
}
LOADS = """
import sys
import torch
from lstm_demo.training import fit
from lstm_demo.names import NameNet, NameStream, train, train_stream
torch.manual_seed(0)
one = torch.nn.Linear(2, 1)
fit([one], lambda k: one(torch.ones(len(k), 2)).square().mean(), 9, steps=2)
names = [torch.arange(1, 9)] * 20
list(train(NameNet(2), names, torch.zeros(20, dtype=int), epochs=1))
list(train_stream(NameStream(2), [name.numpy() for name in names], passes=1, reset=True))
print("torch._dynamo" in sys.modules)
"""


def trained(of, kind, steps=7):
    """Weights and rates after each step, by an optimizer of a class that went through `of`, under a schedule."""
    torch.manual_seed(0)
    net, (made, how) = torch.nn.Linear(3, 2), KINDS[kind](of)
    optimizer, seen = made(net.parameters(), **how), []
    plan = torch.optim.lr_scheduler.OneCycleLR(optimizer, 0.1, total_steps=steps + 1)
    for _ in range(steps):
        optimizer.zero_grad()
        net(torch.randn(5, 3)).square().mean().backward()
        optimizer.step()
        plan.step()
        seen += [*(w.detach().clone() for w in net.parameters()), torch.tensor(optimizer.param_groups[0]["lr"])]
    return seen


@pytest.mark.parametrize("kind", KINDS)
def test_a_light_optimizer_takes_the_same_steps_to_the_last_bit(kind):
    ours, theirs = trained(light, kind), trained(lambda of: of, kind)
    assert all(torch.equal(a, b) for a, b in zip(ours, theirs, strict=True))
    assert not torch.equal(ours[0], ours[-3])


@pytest.mark.parametrize("kind", KINDS)
def test_it_is_of_the_class_it_came_from_which_stays_as_it_was(kind):
    before = {name: getattr(getattr(torch.optim, kind), name) for name in ("add_param_group", "zero_grad", "step")}
    made, how = KINDS[kind](light)
    optimizer = made(torch.nn.Linear(1, 1).parameters(), **how)
    assert isinstance(optimizer, getattr(torch.optim, kind))
    assert made.__name__ == kind
    assert all(getattr(getattr(torch.optim, kind), name) is method for name, method in before.items())


def test_steps_leave_no_graph_and_a_closure_has_its_gradient():
    net = torch.nn.Linear(1, 1)
    optimizer = light(torch.optim.SGD)(net.parameters(), lr=0.1)

    def closure():
        optimizer.zero_grad()
        loss = net(torch.ones(1, 1)).square().sum()
        loss.backward()
        return loss

    first, second = (optimizer.step(closure).item() for _ in range(2))
    assert second < first
    assert net.weight.is_leaf
    assert net.weight.requires_grad


def test_training_imports_no_compiler():
    told = subprocess.run([sys.executable, "-c", LOADS], capture_output=True, text=True, check=True)
    assert told.stdout.strip() == "False"
