"""From a name to its category: an LSTM over its letters, trained on ragged batches."""

from typing import NamedTuple

import torch
from torch import nn
from torch.nn.functional import cross_entropy, one_hot

from ..series import CATEGORIES
from ..torch_lstm import RaggedLSTM
from .given import LETTERS, names_given, share, targets_given

SUMMED = 8  # the sum over steps is divided by this, which keeps it about as large as what stands beside it


class Read(NamedTuple):
    """What a NameNet makes of N names.

    logits  (N, 8), of the category
    h       (sum n, H), every hidden state, name after name
    """

    logits: torch.Tensor
    h: torch.Tensor


class NameNet(nn.Module):
    """Letters in, category out. Read at the last step, and at the maximum and the sum over steps of each unit.

    All three can be kept up letter by letter in constant memory, so what is trained on whole names can be served on
    names that are still being typed: see NameReader.
    """

    def __init__(self, units=128, drop=0.2):
        super().__init__()
        self.rnn = RaggedLSTM(LETTERS, units)
        self.drop = nn.Dropout(share("drop", drop, 1, "0.2 is usual"))
        self.head = nn.Linear(3 * units, len(CATEGORIES))
        self.following = nn.Linear(units, LETTERS)  # guesses the next letter, while training only
        _keep_at_first(self.rnn.lstm)

    def forward(self, names):
        """N tensors (n,) of letter codes to a Read."""
        names_given(names)
        outputs, final = self.rnn([one_hot(name, LETTERS).to(self.head.weight.dtype) for name in names])
        h, lengths = torch.cat(outputs), torch.tensor([len(name) for name in names])
        most, total = (torch.segment_reduce(h, how, lengths=lengths) for how in ("max", "sum"))
        return Read(self.categorise(final.h, most, total), h)

    def categorise(self, last, most, total):
        """Logits (N, 8) from the last hidden state, and the maximum and the sum over all so far, (N, H) each."""
        return self.head(self.drop(torch.cat([last, most, total / SUMMED], dim=1)))

    def loss(self, names, targets):
        """Cross-entropy of the category, and of every next letter: to foresee a name is to know its kind."""
        logits, h = self(names)
        targets_given(targets, names)
        ends = torch.tensor([len(name) for name in names]).cumsum(0)
        inner = torch.ones(len(h), dtype=torch.bool)
        inner[ends - 1] = False  # no letter follows the last one
        following = torch.cat([name[1:] for name in names])
        of_kind = cross_entropy(logits, targets)
        if not len(following):  # names of one letter: the mean of nothing is NaN
            return of_kind
        return of_kind + cross_entropy(self.following(self.drop(h[inner])), following)


def _keep_at_first(lstm):
    """Biases zero but for the forget gate's, which begins at 1, so that early letters are not lost at once.

    R. Jozefowicz, W. Zaremba, I. Sutskever, 2015.
    """
    with torch.no_grad():
        lstm.bias_hh_l0.zero_()
        lstm.bias_ih_l0.zero_()
        lstm.bias_ih_l0[lstm.hidden_size : 2 * lstm.hidden_size] = 1
