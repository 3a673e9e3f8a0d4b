"""What one would try before an LSTM, on the same names, and the table of all scores."""

import time as clock

import numpy as np
import torch

from ...series import unicode_names
from ...table import table
from .net import NameNet, block_split, posterior, random_split, train

SPLITS = {"random": random_split, "blocks": block_split}
GRIDS = [
    {"model": models, "split": [split], "seed": seeds}
    for split in SPLITS
    for models, seeds in ((["majority", "n-grams"], [0]), (["LSTM"], range(5)))
]


def ngrams(names, categories, strength=1000):
    """Logistic regression on all runs of 1 to 5 letters of N names (str); .predict(names) gives their categories.

    A run counts by how often it stands in a name and how rare it is. The larger the strength, the freer the weights:
    of 1, 10, 100 and 1000 this was the best on names kept back from those that are trained on.
    """
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline

    counted = TfidfVectorizer(analyzer="char", ngram_range=(1, 5))
    return make_pipeline(counted, LogisticRegression(C=strength, max_iter=1000)).fit(names, categories)


@table("name_scores.csv", *GRIDS, quick={"passes": 1})
def score(model, split, seed, passes=15):
    """Train on one side of a split, and say how often the other side is put right.

    seconds  of the processor, for the training; parameters  numbers that it sets
    """
    codes, categories, texts = unicode_names()
    train_on, test = SPLITS[split](len(codes))
    begun = clock.process_time()
    if model == "LSTM":
        net = made(split, seed, passes)
        seconds, size = clock.process_time() - begun, sum(weight.numel() for weight in net.parameters())
        said = posterior(net, [torch.from_numpy(codes[k]) for k in test]).argmax(dim=1).numpy()
    elif model == "n-grams":
        fitted = ngrams([texts[k] for k in train_on], categories[train_on])
        seconds, size = clock.process_time() - begun, fitted[-1].coef_.size + fitted[-1].intercept_.size
        said = fitted.predict([texts[k] for k in test])
    else:
        said, seconds, size = np.bincount(categories[train_on]).argmax(), 0.0, 1
    return {"accuracy": float(np.mean(said == categories[test])), "seconds": seconds, "parameters": size}


def made(split, seed, passes=15):
    """A NameNet trained anew; of the blocks, with seed 0, it has the weights of data/name_net.npz."""
    codes, categories, _ = unicode_names()
    train_on, _ = SPLITS[split](len(codes))
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        net = NameNet()
        train(net, [torch.from_numpy(codes[k]) for k in train_on], torch.from_numpy(categories[train_on]), passes)
    return net
