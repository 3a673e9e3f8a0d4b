"""Explorers and predictions: controls, one picture that answers at once, and a sentence that says what it shows."""

from .frame import Explorer
from .held import TOLD, explore_held, flag_params, held, hold_weights
from .lags import explore_lags, stored_lags, stored_windows
from .predict import predict
from .price import SPREADS, explore_price, price_of
from .race import MODES, RACED, explore_race, stored_race
from .reach import LOOPS, blamed, explore_reach, reach_of, used
from .starts import STARTS, start_params
from .trained import explore_training, stored_training
from .typed import explore_typing, typed

__all__ = [
    "LOOPS",
    "MODES",
    "RACED",
    "SPREADS",
    "STARTS",
    "TOLD",
    "Explorer",
    "blamed",
    "explore_held",
    "explore_lags",
    "explore_price",
    "explore_race",
    "explore_reach",
    "explore_training",
    "explore_typing",
    "flag_params",
    "held",
    "hold_weights",
    "predict",
    "price_of",
    "reach_of",
    "start_params",
    "stored_lags",
    "stored_race",
    "stored_training",
    "stored_windows",
    "typed",
    "used",
]
