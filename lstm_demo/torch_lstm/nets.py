"""Reset, read, hold over nn.LSTM, in two nets: one is given its state each time, and one keeps it."""

from itertools import pairwise

import torch
from torch import nn

from ..cell import State
from ..refusal import refusal
from .given import flags_given, input_given, lanes_given, pair_given, start_given, working_dtype
from .kernel import uncompiled
from .weights import check_plain, like, plain_lstm


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
        self._state = None if state is None else self._taken(pair_given(state))

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
            self._state = _zeroed(lanes.to(self._state.h.device), self._state)

    def _taken(self, parts):
        """A copy of the caller's state, of the dtype and on the device of the weights: as load_state_dict does."""
        units = self.lstm.hidden_size
        for name, part in parts.items():
            shaped = isinstance(part, torch.Tensor) and part.ndim == 2 and part.is_floating_point()
            if not shaped or part.shape != (len(parts["state.h"]), units):
                got = tuple(part.shape) if shaped else type(part).__name__
                want = f"a tensor of floats (B, {units}), h and c alike"
                raise refusal(name, want, got, "give what .state was, or None for zeros")
        return State(*(part.detach().to(like(self.lstm), copy=True) for part in parts.values()))

    def _apply(self, fn, recurse=True):
        super()._apply(fn, recurse)  # what .to() and the like call: the state moves with the weights
        self._state = None if self._state is None else State(*map(fn, self._state))
        return self


def run(lstm, x, mask, resets, state):
    """Reset, read, hold: one fused call for each stretch of steps over which no flag changes."""
    check_plain(lstm, batch_first=True)
    x = input_given(lstm, x)
    state = start_given(lstm, (len(x), lstm.hidden_size), state)
    if mask is None and resets is None:  # nothing depends on what is in a tensor: torch.export can follow
        return _read(lstm, x, state)
    mask, resets = flags_given("mask", mask, x, True), flags_given("resets", resets, x, False)
    return _told(lstm, x, mask, resets, state)


@uncompiled  # where the flags change depends on what is in them
def _told(lstm, x, mask, resets, state):
    x, outs = torch.where(mask[..., None], x, 0.0), []
    for span in _stretches(mask, resets):
        state = _zeroed(resets[:, span.start], state)
        out, new = _read(lstm, x[:, span], state)
        real = mask[:, span.start, None]
        outs.append(torch.where(real[..., None], out, state.h[:, None]))
        state = State(*(torch.where(real, a, held) for a, held in zip(new, state, strict=True)))
    return torch.cat(outs, dim=1), state


def _read(lstm, x, state):
    """The layer itself on (B, T, D), every step of it read."""
    out, (h, c) = lstm(x, tuple(s[None].contiguous() for s in state))
    return out, State(h[0], c[0])


def _stretches(mask, resets):
    """Slices of time that begin wherever a lane is reset or its mask changes."""
    begins = resets.any(dim=0)
    begins[1:] |= (mask[:, 1:] != mask[:, :-1]).any(dim=0)
    begins[0] = True
    edges = [*begins.nonzero()[:, 0].tolist(), mask.shape[1]]
    return [slice(a, b) for a, b in pairwise(edges)]


def _zeroed(lanes, state):
    """Zeros in the lanes that are set: by choice, as 0 * NaN is NaN."""
    return State(*(torch.where(lanes[:, None], 0.0, s) for s in state))
