"""Explorers and predictions: controls, one picture that answers at once, and a sentence that says what it shows."""

from .board import BOARD_WAYS, board_of, explore_board
from .contamination import CURES, STARTS, contamination, explore_contamination, start_params
from .frame import Explorer
from .predict import predict
from .step import HAND_PARAMS, explore_step, one_step

__all__ = [
    "BOARD_WAYS",
    "CURES",
    "HAND_PARAMS",
    "STARTS",
    "Explorer",
    "board_of",
    "contamination",
    "explore_board",
    "explore_contamination",
    "explore_step",
    "one_step",
    "predict",
    "start_params",
]
