"""The same LSTM on torch.nn.LSTM: masks, resets, carried state and ragged series over the fused kernel.

nets     what a lesson calls                  StatelessLSTM, StatefulLSTM
ragged   series of any lengths, exactly       RaggedLSTM, collate
closed   gates shut on padding by a column    close_gates
weights  to the NumPy cell and back           params_of, load_params
changed  what an event changes                changed

The nets hold their weights in `.lstm`, a plain nn.LSTM(features, units, batch_first=True): a state_dict fits them all.
Whether values are finite at real steps is left to the caller here; lstm_demo.run looks, and says where.
"""

from .changed import Changed, changed
from .closed import ClosedGates, close_gates
from .nets import StatefulLSTM, StatelessLSTM
from .ragged import RaggedLSTM, collate
from .weights import load_params, params_of

__all__ = [
    "Changed",
    "ClosedGates",
    "RaggedLSTM",
    "StatefulLSTM",
    "StatelessLSTM",
    "changed",
    "close_gates",
    "collate",
    "load_params",
    "params_of",
]
