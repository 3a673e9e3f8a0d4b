"""Keras 3, Masking + LSTM, on the back end that KERAS_BACKEND names, in the way that it likes best.

torch: eager, as Keras runs it. JAX: one jitted function of values and gradients. TensorFlow: one tf.function.
"""

import keras
import numpy as np
from entrants import Passes, padded


def build(name, ragged, params, unroll, **setting):
    longest = max(map(len, ragged.series))
    lstm = keras.layers.LSTM(ragged.units, unroll=unroll)
    model = keras.Sequential([keras.Input((longest, ragged.features)), keras.layers.Masking(), lstm])
    # Keras has its gates in the order i, f, c, o, which is torch's i, f, g, o; its matrices lie the other way round.
    lstm.set_weights([params.weight_ih.T, params.weight_hh.T, params.bias])
    on_back_end = {"torch": on_torch, "jax": on_jax, "tensorflow": on_tensorflow}[keras.backend.backend()]
    return on_back_end(model, ragged.series, **setting)


def on_torch(model, series):
    import torch

    tensors = [torch.from_numpy(one) for one in series]
    weights = [variable.value for variable in model.trainable_variables]

    def batch():
        return torch.nn.utils.rnn.pad_sequence(tensors, batch_first=True)

    def forward():
        with torch.no_grad():
            return model(batch())

    def backward():
        model.zero_grad()
        h = model(batch())
        (h**2).mean().backward()
        return h.detach()

    return Passes(forward, backward, lambda: turned([weight.grad for weight in weights]))


def on_jax(model, series):
    import jax

    kept = []
    trained, other = ([v.value for v in vs] for vs in (model.trainable_variables, model.non_trainable_variables))

    def loss(weights, x):
        h, _ = model.stateless_call(weights, other, x)
        return (h**2).mean(), h

    states = jax.jit(lambda weights, x: loss(weights, x)[1])
    slopes = jax.jit(jax.value_and_grad(loss, has_aux=True))

    def forward():
        return states(trained, padded(series)[0]).block_until_ready()

    def backward():
        (_, h), kept[:] = jax.block_until_ready(slopes(trained, padded(series)[0]))
        return h

    return Passes(forward, backward, lambda: turned(kept))


def on_tensorflow(model, series, jit_compile):
    import tensorflow as tf

    kept = []

    @tf.function(jit_compile=jit_compile)
    def states(x):
        return model(x)

    @tf.function(jit_compile=jit_compile)
    def slopes(x):
        with tf.GradientTape() as tape:
            h = model(x)
            loss = tf.reduce_mean(h**2)
        return h, tape.gradient(loss, [variable.value for variable in model.trainable_variables])

    def forward():
        return states(tf.constant(padded(series)[0])).numpy()

    def backward():
        h, kept[:] = slopes(tf.constant(padded(series)[0]))
        kept[:] = [slope.numpy() for slope in kept]  # waits until they are there
        return h.numpy()

    return Passes(forward, backward, lambda: turned(kept))


def turned(grads):
    """Gradients as torch has them."""
    return [np.asarray(grad).T for grad in grads]
