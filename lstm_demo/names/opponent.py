"""The honest opponents: what one would try first, before an LSTM. Each is trained on the names that the LSTM gets."""

from typing import NamedTuple

import numpy as np
import torch
from torch import nn
from torch.nn.functional import cross_entropy, one_hot

from ..refusal import choice, refusal, whole
from ..series import CATEGORIES
from .given import names_given, share, targets_given
from .net import LETTERS
from .split import BLOCK, EVERY
from .train import predicted

GRAMS = ("tf-idf", "binary")
STRENGTHS = (1, 10, 100, 1000)
BLANK = LETTERS  # what a window shows before the first letter of a short name


class Judged(NamedTuple):
    """What a WindowNet makes of N names: logits (N, 8), of the category."""

    logits: torch.Tensor


class Majority(NamedTuple):
    """The commonest category, whatever the name."""

    category: int

    def predict(self, names):
        """N names of any kind to (N,)."""
        return np.full(len(names), self.category)


class WindowNet(nn.Module):
    """A feed-forward net on the last `width` letters: no memory at all. `train` and `predicted` take it as a NameNet.

    Two hidden layers; the letters one-hot, to their left a sign for none where the name is shorter.
    """

    def __init__(self, width=12, hidden=256, drop=0.3):
        super().__init__()
        self.width, hidden = whole("width", width, at_least=1), whole("hidden", hidden, at_least=1)
        drop = share("drop", drop, 1, "0.3 is usual")
        first, second = nn.Linear(self.width * (LETTERS + 1), hidden), nn.Linear(hidden, hidden)
        between = [nn.ReLU(), nn.Dropout(drop)]  # neither has weights: both may stand in two places
        self.layers = nn.Sequential(first, *between, second, *between, nn.Linear(hidden, len(CATEGORIES)))

    def forward(self, names):
        """N tensors (n,) of letter codes to a Judged."""
        seen = one_hot(self.windows(names), LETTERS + 1).to(self.layers[0].weight.dtype)
        return Judged(self.layers(seen.flatten(1)))

    def windows(self, names):
        """The last letters of N names (n,), flush right: (N, width) codes, BLANK where there is no letter."""
        names_given(names)
        blank = torch.full((self.width,), BLANK)
        return torch.stack([torch.cat([blank, name])[-self.width :] for name in names])

    def loss(self, names, targets):
        """Cross-entropy of the category."""
        return cross_entropy(self(names).logits, targets_given(targets, names))


def ngrams(texts, targets, kind="tf-idf", strength=100):
    """Logistic regression on the 1- to 5-grams of letters of N texts (str), fitted to (N,) categories.

    kind      how a gram counts: "tf-idf" (by its count and its rarity, each name of length 1; of what was tried, best
              on names kept back of both splits) or "binary" (there or not)
    strength  scikit-learn's C: the larger, the freer the weights

    Returns a scikit-learn Pipeline: .predict(texts) gives (N,). What is in it is scikit-learn's own, at its defaults.
    """
    from sklearn.feature_extraction.text import CountVectorizer, TfidfVectorizer
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline

    choice("kind", kind, GRAMS, "say how a gram counts")
    if len(texts) != len(targets):
        raise refusal("targets", f"{len(texts)} categories, one a name", len(targets), "give one for each name")
    counted = {"analyzer": "char", "ngram_range": (1, 5)}
    how = CountVectorizer(binary=True, **counted) if kind == "binary" else TfidfVectorizer(**counted)
    return make_pipeline(how, LogisticRegression(C=strength, max_iter=1000)).fit(texts, targets)


def tuned(texts, targets, kept, kind="tf-idf"):
    """The strength in STRENGTHS that is right most often on the texts `kept` back, (N,) bool; of equals the smallest.

    Texts and targets are those trained on: the test set has no say.
    """
    texts, targets, kept = np.asarray(texts), np.asarray(targets), np.asarray(kept)
    right = [
        (ngrams(texts[~kept], targets[~kept], kind, strength).predict(texts[kept]) == targets[kept]).mean()
        for strength in STRENGTHS
    ]
    return STRENGTHS[int(np.argmax(right))]


def kept_back(split, train):
    """(N,) bool: which of the names trained on, indices (N,), choose a setting; set apart as the test is by this split.

    "random": a fifth, drawn; "blocks": the whole block before each block of the test, a quarter.
    """
    if split == "blocks":
        return train // BLOCK % EVERY == EVERY - 2
    if split != "random":
        raise refusal("split", "'random' or 'blocks'", repr(split), "see SPLITS")
    kept = np.zeros(len(train), dtype=bool)
    kept[np.random.default_rng(1).permutation(len(train))[: len(train) // 5]] = True
    return kept


def majority(targets):
    """The commonest of (N,) categories, as an opponent: a Majority."""
    return Majority(int(np.bincount(np.asarray(targets)).argmax()))


def accuracy(fitted, names, targets):
    """The share of N names that a fitted model of any kind puts into the right of (N,) categories, 0 to 1.

    names  as the model takes them: tensors of codes for a net, texts or an array of them for all others
    """
    said = predicted(fitted, names) if isinstance(fitted, nn.Module) else fitted.predict(names)
    return float(np.mean(np.asarray(said) == np.asarray(targets)))


def parameters(model):
    """How many numbers a model has learnt: weights and biases of a net or a fitted Pipeline, 1 of a Majority."""
    if isinstance(model, Majority):
        return 1
    if isinstance(model, nn.Module):
        return sum(weight.numel() for weight in model.parameters())
    return model[-1].coef_.size + model[-1].intercept_.size
