"""What a piece of work asks of torch, counted: times differ from machine to machine, calls and numbers hardly do."""

from typing import NamedTuple

import torch
from torch.utils._python_dispatch import TorchDispatchMode


class Work(NamedTuple):
    """calls: of torch's operators that computed something. numbers: entries of all that they wrote."""

    calls: int
    numbers: int


def counted(run):
    """The Work of `run()`, backward passes in it included; views and memory that is only reserved cost nothing.

    >>> x, w = torch.ones(3, 4), torch.ones(3, 4, requires_grad=True)
    >>> counted(lambda: (x + x).sum())  # twelve, and their sum
    Work(calls=2, numbers=13)
    >>> counted(lambda: x.max(dim=1))  # each with its place
    Work(calls=1, numbers=6)
    >>> counted(lambda: (x.T, x[0], x.reshape(12), torch.empty(1000)))
    Work(calls=0, numbers=0)
    >>> counted(lambda: (w * x).sum().backward()).numbers  # 12 and 1; a one to begin with, and 12 to blame
    26
    """
    with _Counting() as counting:
        run()
    return Work(counting.calls, counting.numbers)


class _Counting(TorchDispatchMode):
    """Sees every operator on its way to the kernel, after autograd has taken note of it."""

    def __init__(self):
        super().__init__()
        self.calls = self.numbers = 0

    @classmethod
    def _should_skip_dynamo(cls):
        """No: to be skipped, a mode loads torch's compiler, 80 MB that a plain count has no use for (torch 2.13)."""
        return False

    def __torch_dispatch__(self, operator, types, args=(), kwargs=None):
        out = operator(*args, **(kwargs or {}))
        is_view = any(returned.alias_info for returned in operator._schema.returns)
        if not is_view and "empty" not in operator._schema.name:
            written = out if isinstance(out, tuple | list) else (out,)
            self.calls += 1
            self.numbers += sum(one.numel() for one in written if isinstance(one, torch.Tensor))
        return out
