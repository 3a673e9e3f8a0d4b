"""What an LSTM remembers: the NumPy names on one screen. torch, matplotlib and ipywidgets stay unimported.

series   ragged series, toy and real           four_labels, unicode_names, one_hot, ...
layout   where each step sits on a grid        pad_left, pad_right, back_to_back, Layout, ledger, with_flag
cell     the LSTM, to be read                  step, run, backward; Params, State, Trace, Grads, init_params

Beside them: lstm_demo.torch_lstm (the same meaning in PyTorch), .plots, .explore, .checks.
"""

from .cell import Gates, Grads, Params, State, Trace, backward, init_params, run, step
from .layout import Entry, Layout, back_to_back, ledger, pad_left, pad_right, with_flag

__all__ = [
    "Entry",
    "Gates",
    "Grads",
    "Layout",
    "Params",
    "State",
    "Trace",
    "back_to_back",
    "backward",
    "init_params",
    "ledger",
    "pad_left",
    "pad_right",
    "run",
    "step",
    "with_flag",
]
