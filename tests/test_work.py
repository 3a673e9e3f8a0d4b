"""Work is counted as one would by hand."""

import torch

from lstm_demo.work import Work, counted

x = torch.ones(3, 4)


def test_an_operator_is_a_call_that_writes_its_result_and_all_of_them_where_it_returns_several():
    assert counted(lambda: None) == Work(0, 0)
    assert counted(lambda: x + x) == Work(1, 12)
    assert counted(lambda: (x + x).sum()) == Work(2, 13)
    assert counted(lambda: x.max(dim=1)) == Work(1, 6)


def test_views_and_reserved_memory_cost_nothing():
    assert counted(lambda: (x.T, x[0], x.reshape(12), torch.empty(1000))) == Work(0, 0)


def test_backward_is_counted_too():
    w = torch.ones(3, 4, requires_grad=True)
    both = counted(lambda: (w * x).sum().backward())
    assert both.numbers == 13 + 1 + 12  # a one to begin with, and the gradient of w
