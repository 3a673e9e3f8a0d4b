"""Real names, real work: train on ragged batches, serve letter by letter, and the honest opponents.

net       the model            NameNet, Read
train     its loop             train, predicted, posterior, drop_words, Progress
reader    letter by letter     NameReader, unfold, Unfolded
stream    all names in a row   NameStream, train_stream, bits, invent
split     what is held out     random_split, block_split, SPLITS
opponent  no LSTM              ngrams, tuned, WindowNet, majority, kept_back, parameters
"""

from .net import NameNet, Read
from .opponent import WindowNet, accuracy, kept_back, majority, ngrams, parameters, tuned
from .reader import NameReader, Unfolded, unfold
from .split import SPLITS, block_split, random_split
from .stream import NameStream, Passed, bits, invent, train_stream
from .train import Progress, drop_words, posterior, predicted, train

__all__ = [
    "SPLITS",
    "NameNet",
    "NameReader",
    "NameStream",
    "Passed",
    "Progress",
    "Read",
    "Unfolded",
    "WindowNet",
    "accuracy",
    "bits",
    "block_split",
    "drop_words",
    "invent",
    "kept_back",
    "majority",
    "ngrams",
    "parameters",
    "posterior",
    "predicted",
    "random_split",
    "train",
    "train_stream",
    "tuned",
    "unfold",
]
