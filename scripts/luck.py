"""Run by a kernel before its first cell: from here on each freshly drawn weight is moved by a part in a million.

LSTM_DEMO_LUCK, a whole number, says which way they are moved; torch's and NumPy's own dice are left alone.
"""

import itertools
import os
import sys

import numpy as np
import torch

import lstm_demo

PART = 1e-6
draws = itertools.count(1000 * int(os.environ["LSTM_DEMO_LUCK"]))


def nudged(weight):
    """The weight, an array, each entry moved by about a part in a million of itself."""
    return weight * (1 + PART * np.random.default_rng(next(draws)).standard_normal(weight.shape))


def unlucky(reset):
    """`reset_parameters` of a layer, with other luck."""

    def drawn(layer):
        reset(layer)
        for weight in layer.parameters(recurse=False):
            weight.data.copy_(torch.as_tensor(nudged(weight.detach().double().numpy())))

    return drawn


def init_params(*given, plain=lstm_demo.init_params, **named):
    return lstm_demo.Params(*map(nudged, plain(*given, **named)))


for layer in (torch.nn.RNNBase, torch.nn.Linear, torch.nn.Embedding):
    layer.reset_parameters = unlucky(layer.reset_parameters)
for name, module in list(sys.modules.items()):
    if name.split(".")[0] == "lstm_demo" and hasattr(module, "init_params"):
        module.init_params = init_params
