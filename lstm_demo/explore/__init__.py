"""Explorers and predictions: controls, one picture that answers at once, and a sentence that says what it shows."""

from .board import BOARD_WAYS, READS, SIDES, board_of, board_read, explore_board, explore_reading
from .contamination import CURES, STARTS, contamination, explore_contamination, gaps_to_alone, start_params
from .frame import Explorer
from .layout import LAYOUTS, board_free, explore_layout
from .ledger import book_of, explore_ledger
from .predict import predict
from .price import SPREADS, explore_price, price_of
from .race import MODES, RACED, explore_race, stored_race
from .step import HAND_PARAMS, explore_step, one_step
from .twins import READERS, explore_twins, twins
from .typed import explore_typing, typed
from .windows import explore_windows, window_lags

__all__ = [
    "BOARD_WAYS",
    "CURES",
    "HAND_PARAMS",
    "LAYOUTS",
    "MODES",
    "RACED",
    "READERS",
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
    "explore_price",
    "explore_race",
    "explore_reading",
    "explore_step",
    "explore_twins",
    "explore_typing",
    "explore_windows",
    "gaps_to_alone",
    "one_step",
    "predict",
    "price_of",
    "start_params",
    "stored_race",
    "twins",
    "typed",
    "window_lags",
]
