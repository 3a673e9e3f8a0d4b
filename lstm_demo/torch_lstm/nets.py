"""The two nets of the lessons: one that is given its state each time, and one that keeps it."""

import torch
from torch import nn

from ..cell import State
from ..refusal import refusal
from .flow import choose, run
from .given import both_given, lanes_given, working_dtype
from .weights import like, plain_lstm


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

        Raises ValueError by name for wrong shapes, dtypes, devices, flags that are not bool, and for an `.lstm` of
        more than one layer or direction.
        """
        return run(self.lstm, x, mask, resets, state)


class StatefulLSTM(nn.Module):
    """An LSTM that keeps its state between calls, detached, until `reset_states` is called."""

    def __init__(self, features, units):
        super().__init__()
        self.lstm = plain_lstm(features, units)
        self._state = None  # no buffer: of these, DistributedDataParallel copies those of rank 0 to all others

    @property
    def state(self):
        """State (B, H) that the next call begins from, or None before the first call and after a reset of all lanes.

        A copy: to write into it changes nothing here. May be set, to None or to any pair (h, c) of (B, H): that is how
        a client's state comes and goes, and how one goes on after a restart:

            torch.save(net.state, path)     net.state = torch.load(path)
        """
        return None if self._state is None else State(*(s.clone() for s in self._state))

    @state.setter
    def state(self, state):
        self._state = None if state is None else self._taken(*both_given(state))

    def forward(self, x, *, mask=None, resets=None):
        """x (B, T, D) to all hidden states (B, T, H), beginning from `.state`; flags as in StatelessLSTM.

        Row b of this call continues row b of the last one. Raises ValueError also if the number of rows has changed.
        """
        dtype = working_dtype(like(self.lstm))
        # copied, as what inference_mode made cannot be saved for a backward pass
        state = None if self._state is None else State(*(s.to(dtype, copy=True) for s in self._state))
        out, final = run(self.lstm, x, mask, resets, state)
        self._state = State(*(s.detach() for s in final))
        return out

    def reset_states(self, lanes=None):
        """Zero the state: of all lanes, or of those that are set in `lanes`, (B,) bool."""
        if lanes is None:
            self._state = None
            return
        lanes = lanes_given(lanes, None if self._state is None else len(self._state.h))
        if self._state is not None:
            zero = self._state.h.new_zeros(())
            self._state = choose(lanes.to(zero.device), State(zero, zero), self._state)

    def _taken(self, h, c):
        """A copy of the caller's state, of the dtype and on the device of the weights: as load_state_dict does."""
        for name, part in (("state.h", h), ("state.c", c)):
            shaped = isinstance(part, torch.Tensor) and part.ndim == 2 and part.is_floating_point()
            if not shaped or part.shape != h.shape or part.shape[1] != self.lstm.hidden_size:
                got = tuple(part.shape) if shaped else type(part).__name__
                want = f"a tensor of floats (B, {self.lstm.hidden_size}), h and c alike"
                raise refusal(name, want, got, "give what .state was, or None for zeros")
        return State(*(part.detach().to(like(self.lstm), copy=True) for part in (h, c)))

    def _apply(self, fn, recurse=True):
        super()._apply(fn, recurse)  # what .to() and the like call: the state moves with the weights
        self._state = None if self._state is None else State(*map(fn, self._state))
        return self
