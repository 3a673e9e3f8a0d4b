"""Run by a kernel before its first cell: from here on each freshly drawn weight is moved by a part in a million.

LSTM_DEMO_LUCK, a whole number, says which way they are moved; torch's and NumPy's own dice are left alone.
"""

import functools
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


def unlucky_layer(reset):
    @functools.wraps(reset)
    def drawn(layer):
        reset(layer)
        with torch.no_grad():
            for weight in layer.parameters(recurse=False):
                weight.copy_(torch.as_tensor(nudged(weight.detach().double().numpy())))

    return drawn


def unlucky_params(init):
    @functools.wraps(init)
    def drawn(*given, **named):
        params = init(*given, **named)
        return type(params)(*map(nudged, params))

    return drawn


for layer in (torch.nn.LSTM, torch.nn.RNNBase, torch.nn.Linear, torch.nn.Embedding):
    if "reset_parameters" in vars(layer):
        layer.reset_parameters = unlucky_layer(layer.reset_parameters)
init = unlucky_params(lstm_demo.init_params)
for name, module in list(sys.modules.items()):
    if name.split(".")[0] == "lstm_demo" and hasattr(module, "init_params"):
        module.init_params = init
