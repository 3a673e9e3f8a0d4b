"""What an LSTM remembers: the NumPy names on one screen. torch, matplotlib and ipywidgets stay unimported.

series   ragged series, toy and real       four_labels, unicode_names, japanese_vowels, recall_first, ...
layout   where each step sits on a grid    pad_left, pad_right, back_to_back, Layout, ledger, with_flag
cell     the LSTM, to be read              step, run, backward; Params, State, Trace, Grads; init_params, ...

Beside them: lstm_demo.torch_lstm (the same meaning in PyTorch), .ways; .keep (weights, the stamp); .lessons,
one file or folder behind each notebook, over .show, .marks, .check, .table.
"""

from .cell import Gates, Grads, Params, State, Trace, backward, counting_params, init_params, run, step
from .layout import Entry, Layout, back_to_back, ledger, pad_left, pad_right, with_flag
from .series import (
    ALPHABET,
    CATEGORIES,
    delayed_echo,
    encode,
    four_labels,
    japanese_vowels,
    one_hot,
    recall_first,
    running_parity,
    unicode_names,
)

__all__ = [
    "ALPHABET",
    "CATEGORIES",
    "Entry",
    "Gates",
    "Grads",
    "Layout",
    "Params",
    "State",
    "Trace",
    "back_to_back",
    "backward",
    "counting_params",
    "delayed_echo",
    "encode",
    "four_labels",
    "init_params",
    "japanese_vowels",
    "ledger",
    "one_hot",
    "pad_left",
    "pad_right",
    "recall_first",
    "run",
    "running_parity",
    "step",
    "unicode_names",
    "with_flag",
]
