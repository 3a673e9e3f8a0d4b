"""What a caller gave, as names and categories that the nets can read, or a refusal by name."""

import torch

from ..refusal import array, refusal, short
from ..series import ALPHABET, CATEGORIES

LETTERS = len(ALPHABET)
_CURE = "encode(name) turns letters into codes, torch.from_numpy these into a tensor"


def names_given(names):
    """A list of N tensors (n,) of letter codes."""
    if not isinstance(names, list | tuple) or not names:
        raise refusal("names", "a list of one name or more", short(names), "give a tensor of codes for each")
    try:
        alike = all(name.dtype == torch.int64 and name.numel() for name in names)  # torch joins two kinds to one
        fits = alike and _whole(torch.cat(names), LETTERS)
    except (TypeError, RuntimeError, IndexError, AttributeError):  # torch's words; ours say which name
        fits = False
    if not fits:  # one by one only now: it would take as long as a small net
        for k, name in enumerate(names):
            name_given(f"names[{k}]", name)
    return names


def name_given(argument, name):
    """A tensor (n,) of letter codes."""
    if not isinstance(name, torch.Tensor) or not _whole(name, LETTERS) or not len(name):
        want = f"an int64 tensor (n,) of codes 0 to {LETTERS - 1}, n at least 1"
        raise refusal(argument, want, short(name), _CURE)
    return name


def targets_given(targets, names):
    """A tensor (N,) of categories, one a name."""
    if len(names) != (len(targets) if isinstance(targets, torch.Tensor) and targets.ndim else -1):
        got = len(targets) if isinstance(targets, torch.Tensor) and targets.ndim else short(targets)
        raise refusal("targets", f"{len(names)} categories, one a name", got, "give one for each name")
    if not _whole(targets, len(CATEGORIES)):
        raise refusal("targets", f"an int64 tensor of 0 to {len(CATEGORIES) - 1}", short(targets), "see CATEGORIES")
    return targets


def share(argument, value, most, cure):
    """`value` as a float from 0 to `most`."""
    one = array(argument, value)
    if one.ndim or one.dtype.kind not in "fiu" or not 0 <= one <= most:
        raise refusal(argument, f"a number from 0 to {most}", short(value), cure)
    return float(one)


def _whole(codes, count):
    """Whether these are (n,) whole numbers 0 to count - 1, on the processor, where the nets are."""
    if codes.dtype != torch.int64 or codes.is_sparse or codes.device.type != "cpu" or codes.ndim != 1:
        return False
    if not len(codes):
        return True
    least, most = (end.item() for end in codes.aminmax())
    return least >= 0 and most < count
