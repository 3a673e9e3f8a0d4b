"""Explorers and predictions: controls, one picture that answers at once, and a sentence that says what it shows."""

from .bugs import BUGS, bug_of, explore_bugs, tally_params
from .carry import error_without_detach, gap, given_and_kept, in_batches
from .frame import Explorer
from .held import TOLD, explore_held, flag_params, held, hold_weights
from .lags import explore_lags, stored_lags, stored_windows
from .ledger import book_of, explore_ledger
from .predict import predict
from .price import SPREADS, explore_price, price_of
from .race import MODES, RACED, explore_race, stored_race
from .reach import LOOPS, blamed, explore_reach, reach_of, used
from .starts import STARTS, start_params
from .trained import explore_training, stored_training
from .typed import explore_typing, typed

__all__ = [
    "BUGS",
    "LOOPS",
    "MODES",
    "RACED",
    "SPREADS",
    "STARTS",
    "TOLD",
    "Explorer",
    "blamed",
    "book_of",
    "bug_of",
    "error_without_detach",
    "explore_bugs",
    "explore_held",
    "explore_lags",
    "explore_ledger",
    "explore_price",
    "explore_race",
    "explore_reach",
    "explore_training",
    "explore_typing",
    "flag_params",
    "gap",
    "given_and_kept",
    "held",
    "hold_weights",
    "in_batches",
    "predict",
    "price_of",
    "reach_of",
    "start_params",
    "stored_lags",
    "stored_race",
    "stored_training",
    "stored_windows",
    "tally_params",
    "typed",
    "used",
]
