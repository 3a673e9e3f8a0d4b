"""Exercise checks: each holds an answer against the truth and against the common mistakes, and never raises.

A verdict says in a sentence what is right or which mistake it was, and has `.passed`.
"""

from .carry import check_carry
from .decided import check_decided
from .masked import check_masked_mean
from .share import check_empty_share
from .verdict import Verdict

__all__ = [
    "Verdict",
    "check_carry",
    "check_decided",
    "check_empty_share",
    "check_masked_mean",
]
