"""Explorers and predictions: controls, one picture that answers at once, and a sentence that says what it shows."""

from .board import READS, SIDES, board_read, explore_reading
from .bugs import BUGS, bug_of, explore_bugs, tally_params
from .carry import error_without_detach, gap, given_and_kept, in_batches
from .contamination import CURES, STARTS, contamination, explore_contamination, gaps_to_alone, start_params
from .fading import carried, explore_perturb, fading_of, perturbed, two_starts
from .frame import Explorer
from .held import TOLD, explore_held, flag_params, held, hold_weights
from .lags import explore_lags, stored_lags, stored_windows
from .ledger import book_of, explore_ledger
from .predict import predict
from .price import SPREADS, explore_price, price_of
from .race import MODES, RACED, explore_race, stored_race
from .reach import LOOPS, blamed, explore_reach, reach_of, used
from .step import HAND_PARAMS, explore_step, one_step
from .trained import explore_training, stored_training
from .trajectory import explore_trajectory, portrait_of, states_of
from .typed import explore_typing, typed

__all__ = [
    "BUGS",
    "CURES",
    "HAND_PARAMS",
    "LOOPS",
    "MODES",
    "RACED",
    "READS",
    "SIDES",
    "SPREADS",
    "STARTS",
    "TOLD",
    "Explorer",
    "blamed",
    "board_read",
    "book_of",
    "bug_of",
    "carried",
    "contamination",
    "error_without_detach",
    "explore_bugs",
    "explore_contamination",
    "explore_held",
    "explore_lags",
    "explore_ledger",
    "explore_perturb",
    "explore_price",
    "explore_race",
    "explore_reach",
    "explore_reading",
    "explore_step",
    "explore_training",
    "explore_trajectory",
    "explore_typing",
    "fading_of",
    "flag_params",
    "gap",
    "gaps_to_alone",
    "given_and_kept",
    "held",
    "hold_weights",
    "in_batches",
    "one_step",
    "perturbed",
    "portrait_of",
    "predict",
    "price_of",
    "reach_of",
    "start_params",
    "states_of",
    "stored_lags",
    "stored_race",
    "stored_training",
    "stored_windows",
    "tally_params",
    "two_starts",
    "typed",
    "used",
]
