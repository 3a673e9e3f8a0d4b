"""Explorers and predictions: controls, one picture that answers at once, and a sentence that says what it shows."""

from .board import BOARD_WAYS, READS, SIDES, board_of, board_read, explore_board, explore_reading
from .contamination import CURES, STARTS, contamination, explore_contamination, gaps_to_alone, start_params
from .fading import explore_perturb, fading_of, perturbed, two_starts
from .frame import Explorer
from .layout import LAYOUTS, board_free, explore_layout
from .ledger import book_of, explore_ledger
from .predict import predict
from .price import SPREADS, explore_price, price_of
from .race import MODES, RACED, explore_race, stored_race
from .step import HAND_PARAMS, explore_step, one_step
from .trajectory import explore_trajectory, portrait_of, states_of
from .typed import explore_typing, typed

__all__ = [
    "BOARD_WAYS",
    "CURES",
    "HAND_PARAMS",
    "LAYOUTS",
    "MODES",
    "RACED",
    "READS",
    "SIDES",
    "SPREADS",
    "STARTS",
    "Explorer",
    "board_free",
    "board_of",
    "board_read",
    "book_of",
    "contamination",
    "explore_board",
    "explore_contamination",
    "explore_layout",
    "explore_ledger",
    "explore_perturb",
    "explore_price",
    "explore_race",
    "explore_reading",
    "explore_step",
    "explore_trajectory",
    "explore_typing",
    "fading_of",
    "gaps_to_alone",
    "one_step",
    "perturbed",
    "portrait_of",
    "predict",
    "price_of",
    "start_params",
    "states_of",
    "stored_race",
    "two_starts",
    "typed",
]
