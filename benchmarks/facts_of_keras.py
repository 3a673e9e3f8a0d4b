"""What Keras does with states and batches: each function is handed the module, sees a fact anew and says what it saw.

Imports no Keras, so that the sentences can be read where there is none.
"""

import contextlib
import inspect
import io
import re
import tempfile
import warnings
from pathlib import Path

import numpy as np
from fact import collector, error_of

FACTS = []
fact = collector(FACTS)
CELL, MASKS, CARRY = "02_inside_the_cell.ipynb", "04_masks_and_flags.ipynb", "05_carry_and_reset.ipynb"
LAYERS, MANY = CELL + "#What-is-carried-in-layers-and-directions?", CELL + "#What-if-there-are-many-units?"
SERVED = "09_real_names.ipynb#Must-it-be-trained-again-to-be-served?"
ON_TENSORFLOW, ON_TORCH, GPU = "keras on tensorflow", "keras on torch", "a GPU"


def normal(*shape):
    return np.random.default_rng(0).normal(size=shape).astype("float32")


def model_of(keras, layer, batch, *more, steps=5):
    """A model of inputs (batch, steps, 2), one layer and what comes after it; batch None: any."""
    return keras.Sequential([keras.Input(batch_shape=(batch, steps, 2)), layer, *more])


def answer(model, x):
    return model.predict(x, batch_size=len(x), verbose=0)


def off(a, b):
    return float(np.abs(np.asarray(a) - np.asarray(b)).max())


# --- the state -------------------------------------------------------------------------------------------------------


@fact("keras-team/keras#1160", "tensorflow/tensorflow#28766", lesson=CARRY, needs=ON_TENSORFLOW)
def fit_shuffles_a_stateful_model(keras):
    """`fit` shuffles by default, for a stateful layer too, and says nothing about it: pass `shuffle=False`."""
    order = []

    class Seen(keras.Sequential):
        def train_step(self, data):
            order.extend(np.asarray(data[1])[:, 0].astype(int).tolist())
            return super().train_step(data)

    def seen(**options):
        keras.utils.set_random_seed(0)
        order.clear()
        lstm = keras.layers.LSTM(3, stateful=True)
        model = Seen([keras.Input(batch_shape=(2, 5, 2)), lstm, keras.layers.Dense(1)])
        model.compile("sgd", "mse", run_eagerly=True)
        model.fit(normal(8, 5, 2), np.arange(8.0)[:, None], batch_size=2, verbose=0, **options)
        return list(order)

    said = io.StringIO()
    with warnings.catch_warnings(record=True) as warned, contextlib.redirect_stderr(said):
        warnings.simplefilter("always")
        shuffled = seen()
    words = [str(one.message) for one in warned] + said.getvalue().splitlines()
    kept = seen(shuffle=False)
    assert kept == list(range(8)) == sorted(shuffled) != shuffled
    assert not [line for line in words if "shuffl" in line.lower() or "stateful" in line.lower()]
    return f"series read in the order {shuffled}, without a warning; with shuffle=False {kept}"


@fact("keras-team/keras#10231", "keras-team/keras#1221", lesson=CARRY, needs=ON_TENSORFLOW)
def state_survives_predict_and_fit(keras):
    """A stateful layer keeps its state from one `predict` to the next, from `fit` to `predict` and from epoch to epoch,
    until `reset_state()` is called."""
    lstm, x = keras.layers.LSTM(4, stateful=True), normal(2, 5, 2)
    model = model_of(keras, lstm, 2, keras.layers.Dense(1))
    first, second, _, fourth = (answer(model, x) for _ in range(4))
    lstm.reset_state()
    afresh = answer(model, x)
    lstm.reset_state()
    model.compile(keras.optimizers.SGD(0.0), "mse")  # a rate of 0: the weights stay, only the state moves
    model.fit(x, np.zeros((2, 1)), batch_size=2, epochs=3, shuffle=False, verbose=0)
    after_fit = off(answer(model, x), fourth)
    assert off(first, afresh) == 0 < 1e-4 < off(first, second)
    assert after_fit < 1e-6 < 1e-4 < off(afresh, fourth)
    return (
        f"second predict off by {off(first, second):.2g}, after a reset by 0; after a fit of three epochs predict says "
        f"what a fourth reading says ({after_fit:.0e} apart)"
    )


@fact("keras-team/keras#4379", "keras-team/keras#2181", lesson=SERVED, needs=ON_TENSORFLOW)
def saving_keeps_no_state(keras):
    """Neither `model.save` nor `save_weights` keeps the state of a stateful layer; to resume, keep `layer.states`."""
    model = model_of(keras, keras.layers.LSTM(4, stateful=True), 2)
    answer(model, normal(2, 5, 2))
    before = float(np.abs(np.asarray(model.layers[0].states[0])).max())
    with tempfile.TemporaryDirectory() as folder:
        model.save(Path(folder, "a.keras"))
        model.save_weights(Path(folder, "a.weights.h5"))
        loaded = keras.models.load_model(Path(folder, "a.keras"))
        other = model_of(keras, keras.layers.LSTM(4, stateful=True), 2)
        other.load_weights(Path(folder, "a.weights.h5"))
    after = [float(np.abs(np.asarray(one.layers[0].states[0])).max()) for one in (loaded, other)]
    assert before > 0
    assert after == [0, 0]
    assert len(model.weights) == 3
    return f"largest |h| {before:.2f} before saving, {after[0]:.0f} in the loaded model; model.weights has 3 entries"


@fact("tensorflow/tensorflow#86310", "tensorflow/tensorflow#34055", lesson=CARRY, needs=ON_TENSORFLOW)
def reset_is_asked_of_the_layer(keras):
    """A model has no `reset_states()` any more; `reset_state()` is a method of the layer, of `Bidirectional` too, and
    resets all lanes."""
    lstm, x = keras.layers.Bidirectional(keras.layers.LSTM(3, stateful=True)), normal(1, 5, 2)
    model = model_of(keras, lstm, 1)
    said = error_of(lambda: model.reset_states())
    first, second = answer(model, x), answer(model, x)
    lstm.reset_state()
    assert "AttributeError" in said
    assert off(first, answer(model, x)) == 0 < 1e-4 < off(first, second)
    assert list(inspect.signature(lstm.reset_state).parameters) == []
    return f"{said.partition(':')[0]}; Bidirectional: second predict off by {off(first, second):.2g}, reset, by 0"


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


# --- sizes -----------------------------------------------------------------------------------------------------------


@fact("keras-team/keras#1561", "keras-team/keras#9036", lesson=CARRY, needs=ON_TENSORFLOW)
def stateful_wants_whole_batches(keras):
    """`fit` of a stateful model fails where the number of series is no multiple of the batch: the state has a row for
    each lane. Stateless models take the short last batch."""

    def fitted(batch, stateful):
        model = model_of(keras, keras.layers.LSTM(3, stateful=stateful), batch, keras.layers.Dense(1))
        model.compile("sgd", "mse")
        model.fit(np.zeros((10, 5, 2)), np.zeros((10, 1)), batch_size=4, verbose=0)

    said = error_of(lambda: fitted(4, True))
    fitted(None, False)
    return f"10 series in batches of 4: stateful {said.partition(':')[0]}, stateless trained"


@fact("keras-team/keras#2322", "stackoverflow.com/questions/43702481", lesson=CARRY, needs=ON_TENSORFLOW)
def only_stateful_is_bound_to_its_batch(keras):
    """A stateless model answers batches of any size alike; a stateful one is bound to its own, and a twin with another
    batch takes the same weights."""
    x, lstm = normal(7, 5, 2), keras.layers.LSTM
    free = model_of(keras, lstm(3), None)
    gap = off(answer(free, x), free.predict(x, batch_size=3, verbose=0))
    big, one = model_of(keras, lstm(3, stateful=True), 4), model_of(keras, lstm(3, stateful=True), 1)
    one.set_weights(big.get_weights())
    twin = off(answer(big, x[:4])[:1], answer(one, x[:1]))
    said = error_of(lambda: answer(big, x[:3]))
    assert max(gap, twin) < 1e-6
    error = said.partition(":")[0]
    return f"stateless, batches of 7 and 3: {gap:.0e} apart; stateful given 3 for 4: {error}; twin {twin:.0e} off"


@fact("keras-team/keras#5714", lesson=SERVED, needs=ON_TENSORFLOW)
def trained_stateless_served_stateful(keras):
    """The weights of a stateless model serve a stateful twin: one step a call with the state kept gives what the whole
    series gives."""
    whole = model_of(keras, keras.layers.LSTM(3, return_sequences=True), None)
    lstm, x = keras.layers.LSTM(3, return_sequences=True, stateful=True), normal(1, 5, 2)
    twin = model_of(keras, lstm, 1, steps=1)
    twin.set_weights(whole.get_weights())
    kept = np.concatenate([answer(twin, x[:, [t]]) for t in range(5)], axis=1)
    lost = []
    for t in range(5):
        lstm.reset_state()
        lost.append(answer(twin, x[:, [t]]))
    gaps = off(answer(whole, x), kept), off(answer(whole, x), np.concatenate(lost, axis=1))
    assert gaps[0] < 1e-6 < 1e-3 < gaps[1]
    return f"step by step with the state kept {gaps[0]:.0e} off; with a reset before each step {gaps[1]:.2g}"


@fact("keras-team/keras#20106", "tensorflow/tensorflow#86310", lesson=CARRY, needs=ON_TENSORFLOW)
def batch_shape_took_the_place_of_batch_input_shape(keras):
    """`batch_input_shape` is refused; `keras.Input(batch_shape=(B, T, D))` says the batch, and without it a stateful
    layer refuses to be built."""
    lstm = keras.layers.LSTM
    old = error_of(lambda: lstm(4, batch_input_shape=(1, 5, 2), stateful=True))
    unsized = error_of(lambda: lstm(4, stateful=True)(keras.Input((5, 2))))
    assert "batch_input_shape" in old
    assert "batch" in unsized
    assert lstm(4, stateful=True)(keras.Input(batch_shape=(1, 5, 2))).shape == (1, 4)
    return f"{old}; without a batch: {unsized}"


@fact("keras-team/keras#20875", "keras-team/keras#20916", "keras-team/keras#23462", lesson=CARRY, needs=ON_TORCH)
def stateful_fit_fails_on_torch(keras):
    """On the torch back end a stateful LSTM or GRU cannot be trained with `fit`: the state is overwritten in place
    while the backward pass still needs it."""
    ends = {}
    for name in ("SimpleRNN", "GRU", "LSTM"):
        model = model_of(keras, getattr(keras.layers, name)(4, stateful=True), 4, keras.layers.Dense(1))
        model.compile("sgd", "mse")
        try:
            model.fit(np.ones((4, 5, 2)), np.ones((4, 1)), batch_size=4, verbose=0)
            ends[name] = "trains"
        except RuntimeError as error:
            ends[name] = "RuntimeError, " + re.search("modified by an inplace operation", str(error))[0]
    assert [name for name, end in ends.items() if end == "trains"] == ["SimpleRNN"]
    return "; ".join(f"{name}: {end}" for name, end in ends.items())
