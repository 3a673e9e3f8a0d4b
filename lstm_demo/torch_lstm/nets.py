"""The two nets of the lessons: one that is given its state each time, and one that keeps it."""

from torch import nn

from ..cell import State
from .flow import choose, run
from .given import lanes_given
from .weights import plain_lstm


class StatelessLSTM(nn.Module):
    """An LSTM whose state the caller gives each time: nothing is remembered between calls."""

    def __init__(self, features, units):
        super().__init__()
        self.lstm = plain_lstm(features, units)

    def forward(self, x, *, mask=None, resets=None, state=None):
        """x (B, T, D) to all hidden states (B, T, H) and the final State of (B, H). Each step: reset, read, hold.

        mask    (B, T) bool, True = a real step; left out, all are. Elsewhere the state is held and x is not read.
        resets  (B, T) bool, True = the state is zeroed before this step is read; left out, none is
        state   State (B, H) to begin from; left out, zeros. Gradients flow into it unless it is detached.

        Raises ValueError by name for wrong shapes, dtypes, devices, and flags that are not bool.
        """
        return run(self.lstm, x, mask, resets, state)


class StatefulLSTM(nn.Module):
    """An LSTM that keeps its state between calls, detached, until `reset_states` is called."""

    def __init__(self, features, units):
        super().__init__()
        self.lstm = plain_lstm(features, units)
        # buffers, so that .to() moves them; not persistent, so that no state_dict holds them
        for name in State._fields:
            self.register_buffer(name, None, persistent=False)

    @property
    def state(self):
        """State (B, H) that the next call begins from, or None before the first call and after a reset of all lanes.

        A copy: to write into it changes nothing here.
        """
        return None if self.h is None else State(self.h.clone(), self.c.clone())

    def forward(self, x, *, mask=None, resets=None):
        """x (B, T, D) to all hidden states (B, T, H), beginning from `.state`; flags as in StatelessLSTM.

        Row b of this call continues row b of the last one. Raises ValueError also if the number of rows has changed.
        """
        out, final = run(self.lstm, x, mask, resets, None if self.h is None else State(self.h, self.c))
        self.h, self.c = (s.detach() for s in final)
        return out

    def reset_states(self, lanes=None):
        """Zero the state: of all lanes, or of those that are set in `lanes`, (B,) bool."""
        if lanes is None:
            self.h = self.c = None
            return
        lanes = lanes_given(lanes, None if self.h is None else len(self.h))
        if self.h is not None:
            zero = self.h.new_zeros(())
            self.h, self.c = choose(lanes.to(self.h.device), State(zero, zero), State(self.h, self.c))
