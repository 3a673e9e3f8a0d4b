"""How bad input is refused: one sentence that names the argument, what was expected, what came, and the cure."""

import numpy as np


def refusal(argument, expected, got, cure):
    """The ValueError to raise.

    >>> print(refusal("lanes", "a whole number of at least 1", 0, "ask for one lane or more"))
    lanes: expected a whole number of at least 1, got 0; ask for one lane or more
    """
    return ValueError(f"{argument}: expected {expected}, got {got}; {cure}")


def short(value):
    """The repr of what a caller gave, its middle left out where it is long: a message stays a sentence."""
    text = repr(value.item() if isinstance(value, np.generic) else value)  # alike with any NumPy
    return text if len(text) <= 100 else f"{text[:60]}...{text[-30:]}"


def whole(argument, value, *, at_least, cure="give an int"):
    """`value` as an int, if it is a whole number of `at_least` or more. Neither 3.0 nor True is one."""
    if isinstance(value, bool) or not isinstance(value, int | np.integer) or value < at_least:
        raise refusal(argument, f"a whole number of at least {at_least}", short(value), cure)
    return int(value)


def random_seed(argument, value):
    """`value` as an int, if it is a seed. None is none: it would draw from the machine's entropy."""
    return whole(argument, value, at_least=0, cure="name a fixed seed, so that everyone sees the same")


def flag(argument, value, cure="give True or False"):
    """`value` as a bool, if it is Python's or NumPy's True or False. Neither 1 nor 0 is one."""
    if not isinstance(value, bool | np.bool_):
        raise refusal(argument, "True or False", short(value), cure)
    return bool(value)


def kind(argument, value, wanted, cure):
    """`value`, if it is a `wanted`."""
    if not isinstance(value, wanted):
        names = (one.__name__ for one in (wanted, type(value)))
        raise refusal(argument, *(f"{'an' if name[0] in 'AEIOaeio' else 'a'} {name}" for name in names), cure)
    return value


def several(argument, value, cure="give a list"):
    """`value` as a list, if it is a list, a tuple, a range or an array, and not empty. A str or an iterator is not."""
    listed = isinstance(value, list | tuple | range) or (isinstance(value, np.ndarray) and value.ndim)
    if not listed or not len(value):
        raise refusal(argument, "a list of one or more", short(value), cure)
    return list(value)


def array(argument, value):
    """`value` as an array. NumPy's own refusal, of a ragged list above all, names neither the argument nor the cure."""
    try:
        return np.asarray(value)
    except (ValueError, TypeError, RuntimeError) as error:
        ragged = isinstance(error, ValueError) and isinstance(value, list | tuple)
        got = "a ragged list" if ragged else f"{type(value).__name__} ({str(error)[:100]})"
        cure = "lay ragged series with a layout, or pass one at a time" if ragged else "convert it to an array first"
        raise refusal(argument, "what NumPy can make one array of", got, cure) from None


def numbers(argument, value, shape=None, *, finite=True):
    """`value` as float64 of `shape`, in which None stands for any size; left out, of any shape."""
    values = array(argument, value)
    if values.dtype.kind not in "fiub":
        raise refusal(argument, "real numbers", values.dtype, "give floats")
    if shape is not None:
        _check_shape(argument, values, shape)
    if finite:
        all_finite(argument, values)
    return values.astype(np.float64, copy=False)


def all_finite(argument, values):
    """Refuse NaN and infinity in an array, and say where the first one is."""
    good = np.isfinite(values)
    if not good.all():
        first = tuple(np.argwhere(~good)[0].tolist())
        got = f"{values[first]} at {first}" if first else values[()]
        raise refusal(argument, "finite values", got, "mask such steps, or clean the data")


def flags(argument, value, shape, cure="check the axes"):
    """`value` as bool of `shape`, in which None stands for any size. Neither 0/1 integers nor floats are flags."""
    values = array(argument, value)
    if values.dtype != bool:
        raise refusal(argument, "bool", values.dtype, f"compare first, as in {argument} == 1")
    _check_shape(argument, values, shape, cure)
    return values


def _check_shape(argument, values, shape, cure="check the axes"):
    """Refuse an axis that is missing, left over or of another size: nothing is broadcast."""
    if len(shape) != values.ndim or any(w not in (None, n) for w, n in zip(shape, values.shape, strict=True)):
        raise refusal(argument, f"shape {str(shape).replace('None', 'any')}", values.shape, cure)
