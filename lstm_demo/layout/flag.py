"""The flag feature: an input column that says where the padding is."""

import numpy as np

from ..refusal import array, refusal


def with_flag(x, mask):
    """Append the flag feature: (B, T, D) and a (B, T) mask give (B, T, D + 1), the new column 1 where padding.

    What x holds in its padding becomes 0, so that a net without a mask never reads it.

    >>> with_flag([[[5.0], [7.0]]], [[False, True]]).tolist()
    [[[0.0, 1.0], [7.0, 0.0]]]
    """
    x, mask = array("x", x), array("mask", mask)
    if x.dtype.kind not in "fiub":
        raise refusal("x", "real numbers", x.dtype, "give floats")  # of a str, the flag would be 'F' or 'T'
    if x.ndim != 3:
        raise refusal("x", "three axes (B, T, D)", f"shape {x.shape}", "add the missing axis, as in x[None]")
    if mask.dtype != bool:
        raise refusal("mask", "bool, True = a real step", mask.dtype, "compare first, as in mask == 1")
    if mask.shape != x.shape[:2]:
        raise refusal("mask", f"the shape of x without features, {x.shape[:2]}", mask.shape, "lay both with one layout")
    flag = (~mask)[..., None].astype(x.dtype)
    return np.concatenate([np.where(mask[..., None], x, np.zeros((), x.dtype)), flag], axis=-1)
