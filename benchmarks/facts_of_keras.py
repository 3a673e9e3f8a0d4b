"""What Keras does that no lesson runs: each function is handed the module, sees a fact anew and says what it saw.

Imports no Keras, so that the sentences can be read where there is none. What needs a GPU is a sentence without a
function. What lesson 10 runs stands there.
"""

import numpy as np
from fact import Fact, collector

FACTS = []
fact = collector(FACTS)
MASKS = "04_masks_and_flags.ipynb"
LAYERS = "02_inside_the_cell.ipynb#What-is-carried-in-layers-and-directions?"
MANY = "02_inside_the_cell.ipynb#What-if-there-are-many-units?"
ON_TENSORFLOW, GPU = "keras on tensorflow", "a GPU"


def normal(*shape):
    return np.random.default_rng(0).normal(size=shape).astype("float32")


def off(a, b):
    return float(np.abs(np.asarray(a) - np.asarray(b)).max())


@fact("tensorflow/tensorflow#34055", "keras-team/keras#4421", lesson=LAYERS, needs=ON_TENSORFLOW)
def both_halves_are_stateful(keras):
    """`Bidirectional` around a stateful layer carries both halves, but only the forward half can be carried: in pieces
    the backward half differs from the whole."""
    lstm, x = keras.layers.Bidirectional(keras.layers.LSTM(3, stateful=True, return_sequences=True)), normal(1, 10, 2)
    lstm(x[:, :5])
    pieces = []
    for way in ([slice(0, 10)], [slice(0, 5), slice(5, 10)]):
        lstm.reset_state()
        pieces.append(np.concatenate([np.asarray(lstm(x[:, cut])) for cut in way], axis=1))
    gap = np.abs(pieces[0] - pieces[1]).max(axis=(0, 1))
    assert lstm.forward_layer.stateful
    assert lstm.backward_layer.stateful
    assert gap[:3].max() < 1e-6 < 1e-3 < gap[3:].max()
    return f"10 steps in two pieces: forward half off by {gap[:3].max():.0e}, backward half by {gap[3:].max():.2g}"


@fact("https://keras.io/api/layers/recurrent_layers/lstm/", lesson=MANY, needs=ON_TENSORFLOW)
def return_state_adds_h_and_c(keras):
    """`return_state=True` returns the output, then h, then c; without `return_sequences` the output is h once more."""
    x = normal(2, 5, 2)
    out, h, c = (np.asarray(one) for one in keras.layers.LSTM(4, return_state=True)(x))
    every, last, _ = (np.asarray(one) for one in keras.layers.LSTM(4, return_state=True, return_sequences=True)(x))
    assert off(out, h) == 0 == off(every[:, -1], last)
    assert off(h, c) > 1e-3
    return f"shapes {out.shape}, {h.shape}, {c.shape}; with return_sequences {every.shape} first"


@fact("keras-team/keras#1703", "keras-team/keras#1674", lesson=LAYERS, needs=ON_TENSORFLOW)
def go_backwards_returns_what_it_read_first(keras):
    """`go_backwards=True` reads from the end and leaves its outputs in the order in which it read: the first output
    belongs to the last step."""
    x = normal(1, 5, 2)
    back = keras.layers.LSTM(4, return_sequences=True, go_backwards=True)
    forth = keras.layers.LSTM(4, return_sequences=True)
    back.build(x.shape), forth.build(x.shape)
    forth.set_weights(back.get_weights())
    gap = off(back(x), forth(x[:, ::-1]))
    assert gap < 1e-6 < 1e-3 < off(back(x), np.asarray(forth(x[:, ::-1]))[:, ::-1])
    return f"against a forward layer on the reversed series {gap:.0e}, both unturned"


# --- what needs a GPU ------------------------------------------------------------------------------------------------

RNN_SOURCE = "https://github.com/keras-team/keras/blob/v3.15.1/keras/src/backend/torch/rnn.py"
FACTS += [
    Fact(
        "cudnn_wants_padding_on_the_right",
        "On a GPU the cuDNN kernel takes lengths only: a mask with padding on the left, a hole or an empty series is "
        "refused, and `use_cudnn=False` is the way out.",
        ("tensorflow/tensorflow#33148", RNN_SOURCE),
        MASKS,
        GPU,
    ),
    Fact(
        "cudnn_backward_wants_training_mode",
        "On a GPU torch's LSTM runs backward in training mode only, not after `eval()`.",
        ("pytorch/pytorch#5878",),
        "",
        GPU,
    ),
    Fact(
        "cudnn_may_differ_from_run_to_run",
        "On a GPU torch's LSTM may differ from run to run unless an environment variable of CUDA is set.",
        ("https://docs.pytorch.org/docs/stable/generated/torch.nn.LSTM.html",),
        "",
        GPU,
    ),
]
