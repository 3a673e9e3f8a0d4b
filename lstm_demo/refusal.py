"""How bad input is refused: one sentence that names the argument, what was expected, what came, and the cure."""

import numpy as np


def refusal(argument, expected, got, cure):
    """The ValueError to raise.

    >>> print(refusal("lanes", "a whole number of at least 1", 0, "ask for one lane or more"))
    lanes: expected a whole number of at least 1, got 0; ask for one lane or more
    """
    return ValueError(f"{argument}: expected {expected}, got {got}; {cure}")


def whole(argument, value, *, at_least, cure="give an int"):
    """`value` as an int, if it is a whole number of `at_least` or more. Neither 3.0 nor True is one."""
    if isinstance(value, bool | np.bool_) or not isinstance(value, int | np.integer) or value < at_least:
        raise refusal(argument, f"a whole number of at least {at_least}", repr(value), cure)
    return int(value)
