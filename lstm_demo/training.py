"""The loop that several lessons share: draw a batch, step downhill."""

import inspect

import torch

from .refusal import whole


def fit(modules, loss_of, count, *, steps, batch=50, rate=0.01):
    """Train the parameters of `modules` by Adam (D. Kingma, J. Ba, 2015), drawing from torch's generator.

    loss_of  a function of (batch,) indices into `count` examples, giving the loss of this batch
    steps    how many batches
    rate     learning rate

    Returns the losses, a list of `steps` floats. Raises ValueError by name for counts below 1.
    """
    count, batch = whole("count", count, at_least=1), whole("batch", batch, at_least=1)
    optimizer = light(torch.optim.Adam)([p for module in modules for p in module.parameters()], lr=rate)
    losses = []
    for _ in range(whole("steps", steps, at_least=1)):
        loss = loss_of(torch.randint(count, (batch,)))
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return losses


def light(kind):
    """A class of torch.optim whose objects do the same to the last bit, and load no compiler.

    Some methods of an optimizer are wrapped for torch.compile. The wrappers import all of torch._dynamo when they are
    first called: 70 MB and a second of one core (torch 2.13), of which a plain loop uses nothing. Where none is
    wrapped nothing changes. Not for differentiable=True: steps are taken without a gradient of their own.
    """
    own = {name: inspect.unwrap(getattr(kind, name)) for name in ("add_param_group", "zero_grad", "step")}
    return type(kind.__name__, (kind,), own | {"step": torch.no_grad()(own["step"])})
