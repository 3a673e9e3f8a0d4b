"""Batches of ragged series for a DataLoader."""

import torch
from torch.utils.data import default_collate

from ..refusal import refusal, short


def collate(examples):
    """For DataLoader(collate_fn=collate): ragged series stay a list, as RaggedLSTM reads them.

    An example is a series (n, D), a tuple (series, target, ...) or a dict in which the first tensor of two axes is the
    series; the batch is of the same form. A target with one entry a step, in every example, stays a list as the series
    do; so do tensors of different shapes and targets of which some are None. All None stay None; the rest is stacked.
    """
    if not isinstance(examples, list | tuple) or not examples:
        raise refusal("examples", "a list of one example or more", short(examples), "let a DataLoader call it")
    if all(isinstance(one, torch.Tensor) for one in examples):
        return list(examples)
    if all(isinstance(one, dict) and one.keys() == examples[0].keys() for one in examples):
        columns = {key: [one[key] for one in examples] for key in examples[0]}
        return dict(zip(columns, _batched([*columns.values()], _first_series(columns)), strict=True))
    sizes = {len(one) if isinstance(one, tuple | list) else 0 for one in examples}
    if 0 in sizes or len(sizes) > 1:
        got = "a mixture" if 0 in sizes else f"some shorter or longer, of {sorted(sizes)} parts"
        raise refusal("examples", "series alone, or all with as many targets", got, "see what the data set returns")
    return tuple(_batched([*map(list, zip(*examples, strict=True))], 0))


def _first_series(columns):
    """The place of the column that holds the series."""
    for place, values in enumerate(columns.values()):
        if all(isinstance(one, torch.Tensor) and one.ndim == 2 for one in values):
            return place
    raise refusal("examples", "a tensor (n, D) in each dict", short([*columns]), "give the series a key")


def _batched(columns, place):
    """The columns, a list over the examples each, as a batch has them; the series are in that at `place`."""
    series = columns[place]
    lengths = [len(one) if isinstance(one, torch.Tensor) else None for one in series]
    return [series if k == place else _together(values, lengths) for k, values in enumerate(columns)]


def _together(values, lengths):
    """The targets of all examples, as one value if they can be one."""
    if all(one is None for one in values):
        return None
    if all(isinstance(one, dict) and one.keys() == values[0].keys() for one in values):
        return {key: _together([one[key] for one in values], lengths) for key in values[0]}
    sizes = [one.shape if hasattr(one, "shape") else (len(one),) if isinstance(one, list) else () for one in values]
    a_step = all(size and size[0] == n for size, n in zip(sizes, lengths, strict=True))
    if a_step or len({*map(tuple, sizes)}) > 1 or any(one is None for one in values):
        return values
    try:
        return default_collate(values)
    except (TypeError, RuntimeError, ValueError) as error:  # torch's words name no argument
        expected = "targets that torch can make one tensor of"
        raise refusal("examples", expected, short(values), "give numbers, or tensors of one shape") from error
