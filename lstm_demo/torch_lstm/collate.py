"""Batches of ragged series for a DataLoader."""

import torch
from torch.utils.data import default_collate

from ..refusal import refusal, short


def collate(examples):
    """For DataLoader(collate_fn=collate): ragged series stay a list, as RaggedLSTM reads them.

    An example is a series (n, D) or a tuple (series, target, ...). Targets with one entry a step, in every example,
    stay a list as the series do; others are stacked as torch does it. Raises ValueError by name where none can be.
    """
    if isinstance(examples, list | tuple) and examples:
        if all(isinstance(one, torch.Tensor) for one in examples):
            return list(examples)
        if all(isinstance(one, tuple | list) and len(one) == len(examples[0]) > 0 for one in examples):
            series, *targets = map(list, zip(*examples, strict=True))
            return series, *(_together(values, series) for values in targets)
    cure = "see what the data set returns"
    raise refusal("examples", "a list of series, or of (series, target, ...)", short(examples), cure)


def _together(targets, series):
    """The targets of all examples: a list where there is one for each step, else one tensor if they can be one."""
    shapes = [getattr(one, "shape", (len(one),) if isinstance(one, list) else ()) for one in targets]
    if all(shape and shape[0] == len(one) for shape, one in zip(shapes, series, strict=True)):
        return targets
    try:
        return default_collate(targets)
    except (TypeError, RuntimeError, ValueError) as error:  # torch's words name no argument
        expected = "targets that torch can make one tensor of"
        raise refusal("examples", expected, short(targets), "give numbers, or tensors of one shape") from error
