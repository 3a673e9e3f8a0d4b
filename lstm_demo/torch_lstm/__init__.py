"""The same LSTM on torch.nn.LSTM: masks, resets, carried state and ragged series over the fused kernel.

nets     what a lesson calls                  StatelessLSTM, StatefulLSTM: reset, read, hold
ragged   series of any lengths, exactly       RaggedLSTM, over lanes, kernel and apart; collate for a DataLoader
closed   gates shut on padding by a column    close_gates
weights  to the NumPy cell and back           params_of, load_params

The nets hold their weights in `.lstm`, an nn.LSTM(features, units, batch_first=True): a state_dict fits them all. It is
asked for its weights in each call: pruned, normed or exchanged for another, it gives what it gives itself.
Whether values are finite at real steps is left to the caller here; lstm_demo.run looks, and says where.
"""

import torch

from ..cell import State
from .closed import ClosedGates, close_gates
from .collate import collate
from .nets import StatefulLSTM, StatelessLSTM
from .ragged import RaggedLSTM
from .weights import load_params, params_of

# A State is a pair of tensors and nothing else, so torch.load may read one, which by itself reads plain values alone.
torch.serialization.add_safe_globals([State])

__all__ = [
    "ClosedGates",
    "RaggedLSTM",
    "StatefulLSTM",
    "StatelessLSTM",
    "close_gates",
    "collate",
    "load_params",
    "params_of",
]
