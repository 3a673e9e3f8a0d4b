"""What Keras makes of masks and steps, what it returns, how it starts; and what only a GPU could show.

As in facts_of_keras.py; what needs a GPU is a sentence without a function.
"""

import numpy as np
from fact import Fact, collector
from facts_of_keras import LAYERS, MANY, MASKS, ON_TENSORFLOW, answer, normal, off

GPU = "a GPU"
FACTS = []
fact = collector(FACTS)


# --- masks -----------------------------------------------------------------------------------------------------------


@fact("keras-team/keras#244", "keras-team/keras#3086", lesson=MASKS, needs=ON_TENSORFLOW)
def masking_holds_the_state(keras):
    """`Masking`, and `mask_zero=True` of `Embedding`, hold the state over masked steps, on either side; without a mask
    the padding is read."""
    lstm, x = keras.layers.LSTM(4), normal(1, 5, 2)
    masking, zeros = keras.layers.Masking(), np.zeros((1, 3, 2), "float32")
    sides = {"left": np.concatenate([zeros, x], axis=1), "right": np.concatenate([x, zeros], axis=1)}
    codes, embedding = np.array([[3, 1, 2]]), keras.layers.Embedding(5, 2, mask_zero=True)
    lstm.build((1, None, 2))
    lstm.cell.bias.assign(normal(16))  # as after training: with Keras' own start zeros in front move nothing
    held = [off(lstm(masking(padded)), lstm(x)) for padded in sides.values()]
    read = [off(lstm(padded), lstm(x)) for padded in sides.values()]
    held.append(off(lstm(embedding(np.pad(codes, [(0, 0), (0, 4)]))), lstm(embedding(codes))))
    assert max(held) < 1e-6 < 1e-3 < min(read)
    return f"masked left, right, embedded: off by {max(held):.0e} at most; not masked {read[0]:.2g} and {read[1]:.2g}"


@fact("keras-team/keras#3086", lesson=MASKS, needs=ON_TENSORFLOW)
def masked_steps_repeat_the_output(keras):
    """At a masked step the output is that of the step before; only in front of the first real step it is zero."""
    x, gap = normal(1, 5, 2), np.zeros((1, 2, 2), "float32")
    lstm = keras.layers.LSTM(4, return_sequences=True)
    out = np.asarray(lstm(keras.layers.Masking()(np.concatenate([gap, x, gap], axis=1))))
    repeated = off(out[:, 7:], out[:, [6]])
    assert repeated == 0 == np.abs(out[:, :2]).max() < np.abs(out[:, 6]).max()
    return "two masked steps in front: exactly 0; two behind: exactly the last real output"


@fact("tensorflow/tensorflow#34491", "keras-team/keras-core#802", lesson=MASKS, needs=ON_TENSORFLOW)
def masked_loss_is_a_mean_over_real_steps(keras):
    """The loss of a masked model is divided by the number of real steps, not by B · T."""
    x, y = normal(3, 5, 2), normal(3, 5, 1)
    mask = np.arange(5) < np.array([5, 2, 1])[:, None]
    lstm = keras.layers.LSTM(4, return_sequences=True)
    model = keras.Sequential([keras.Input((5, 2)), keras.layers.Masking(), lstm, keras.layers.Dense(1)])
    model.compile(loss="mse")
    x = x * mask[..., None]
    squares = ((answer(model, x) - y) ** 2)[..., 0]
    said = model.evaluate(x, y, verbose=0)
    assert abs(said - squares[mask].mean()) < 1e-5 < 1e-2 < abs(said - (squares * mask).mean())
    real, every = squares[mask].mean(), (squares * mask).mean()
    return f"evaluate {said:.4f}; by hand, over the 8 real steps {real:.4f}, over all 15 {every:.4f}"


# --- what is returned, and the start ---------------------------------------------------------------------------------


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


@fact("https://keras.io/api/layers/recurrent_layers/lstm/", lesson=MANY, needs=ON_TENSORFLOW)
def starts_with_forget_bias_one(keras):
    """The start: one bias, 0 but for 1 at the forget gate (`unit_forget_bias=True`); a recurrent kernel with orthogonal
    rows."""
    lstm = keras.layers.LSTM(8)
    lstm.build((1, None, 2))
    kernel, recurrent, bias = map(np.asarray, lstm.get_weights())
    unit = off(recurrent @ recurrent.T, np.eye(8))
    assert bias.tolist() == [0] * 8 + [1] * 8 + [0] * 16
    assert 0.8 < np.abs(kernel).max() / np.sqrt(6 / (2 + 32)) <= 1  # uniform, as X. Glorot and Y. Bengio have it
    assert unit < 1e-5
    shapes = f"kernel {kernel.shape}, recurrent {recurrent.shape}, bias {bias.shape}"
    return f"{shapes}, of which 8 to 16 are 1; R·Rᵀ off the identity by {unit:.0e}"


@fact("https://keras.io/api/layers/recurrent_layers/lstm/", lesson=MANY, needs=ON_TENSORFLOW)
def gates_stand_in_the_order_ifco(keras):
    """The four blocks of columns stand in the order i, f, c, o: the same places as torch's i, f, g, o, transposed."""
    lstm, x = keras.layers.LSTM(4), normal(2, 1, 2)
    lstm.build(x.shape)
    kernel, _, bias = map(np.asarray, lstm.get_weights())
    i, _, g, o = np.split(x[:, 0] @ kernel + bias, 4, axis=1)

    def sigmoid(z):
        return 1 / (1 + np.exp(-z))

    gap, wrong = (off(lstm(x), sigmoid(b) * np.tanh(sigmoid(i) * np.tanh(a))) for a, b in ((g, o), (o, g)))
    assert gap < 1e-6 < 1e-3 < wrong
    return f"one step by hand off by {gap:.0e}; with the last two swapped by {wrong:.2g}"


# --- what needs a GPU ------------------------------------------------------------------------------------------------

RNN_SOURCE = "https://github.com/keras-team/keras/blob/v3.15.1/keras/src/backend/torch/rnn.py"
FACTS += [
    Fact(
        "cudnn_wants_padding_on_the_right",
        "On a GPU the cuDNN kernel takes lengths only: a mask with padding on the left, a hole or an empty series is "
        "refused, and `use_cudnn=False` is the way out.",
        ("tensorflow/tensorflow#33148", RNN_SOURCE),
        "13_in_torch.ipynb",
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
