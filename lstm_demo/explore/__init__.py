"""Explorers and predictions: controls, one picture that answers at once, and a sentence that says what it shows."""

from .board import BOARD_WAYS, READS, SIDES, board_of, board_read, explore_board, explore_reading
from .contamination import CURES, STARTS, contamination, explore_contamination, gaps_to_alone, start_params
from .frame import Explorer
from .lags import explore_lags, stored_lags, stored_windows
from .layout import LAYOUTS, board_free, explore_layout
from .ledger import book_of, explore_ledger
from .predict import predict
from .price import SPREADS, explore_price, price_of
from .race import MODES, RACED, explore_race, stored_race
from .reach import LOOPS, blamed, explore_reach, reach_of, used
from .step import HAND_PARAMS, explore_step, one_step
from .typed import explore_typing, typed

__all__ = [
    "BOARD_WAYS",
    "CURES",
    "HAND_PARAMS",
    "LAYOUTS",
    "LOOPS",
    "MODES",
    "RACED",
    "READS",
    "SIDES",
    "SPREADS",
    "STARTS",
    "Explorer",
    "blamed",
    "board_free",
    "board_of",
    "board_read",
    "book_of",
    "contamination",
    "explore_board",
    "explore_contamination",
    "explore_lags",
    "explore_layout",
    "explore_ledger",
    "explore_price",
    "explore_race",
    "explore_reach",
    "explore_reading",
    "explore_step",
    "explore_typing",
    "gaps_to_alone",
    "one_step",
    "predict",
    "price_of",
    "reach_of",
    "start_params",
    "stored_lags",
    "stored_race",
    "stored_windows",
    "typed",
    "used",
]
