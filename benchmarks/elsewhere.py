"""What NumPy, PyTorch, Keras and flax make of the bad input of docs/bad_input.md: each try is run, and what came noted.

    python benchmarks/elsewhere.py

Writes results/elsewhere.json, from which scripts/bad_input.py makes the column "elsewhere". A try returns, in words,
what the library did where it raised nothing; where it raises, that is noted instead. Keras runs on TensorFlow.
"""

import json
import os
import warnings
from datetime import date
from importlib import metadata
from pathlib import Path

import numpy as np
import torch
from torch import nn
from torch.nn.utils.rnn import pack_padded_sequence, pad_sequence

TABLE = Path(__file__).resolve().parent / "results" / "elsewhere.json"
LENGTHS, NAN = (2, 3, 4), float("nan")
MASK = np.arange(4) < np.array(LENGTHS)[:, None]
X = np.where(MASK, np.arange(1.0, 13.0).reshape(3, 4) / 10, 0).astype("float32")[..., None]
T = torch.tensor(X)
TRIES = []


def tries(library, what):
    """A decorator: this is how `library` is given `what`, a row of docs/bad_input.md."""

    def kept(call):
        TRIES.append((library, what, call))
        return call

    return kept


def off(a, b):
    """Whether two results differ, in words."""
    gap = float(np.abs(np.asarray(a, float) - np.asarray(b, float)).max())
    return f"off by {gap:.2g}" if gap > 1e-6 else "nothing differs"


# --- NumPy -----------------------------------------------------------------------------------------------------------


@tries("NumPy", "a masked array of lengths")
def _():
    return f"asarray reads what is hidden: {np.asarray(np.ma.array([2, 3], mask=[0, 1])).tolist()}"


@tries("NumPy", "series of two dtypes")
def _():
    return f"concatenate converts one: {np.concatenate([[1], [2.5]]).dtype}"


@tries("NumPy", "a fill that the dtype cannot hold")
def _():
    return f"full makes 0.5 {np.full(1, 0.5, dtype=int)[0]}"


@tries("NumPy", "a complex fill")
def _():
    return f"full makes 1j {np.full(1, 1j, dtype=float)[0]:g}, with a warning"


@tries("NumPy", "a mask with an axis for features")
def _():
    return f"(4, 4) * (4, 4, 1) is {(np.ones((4, 4)) * np.ones((4, 4, 1))).shape}"


@tries("NumPy", "one mask for all lanes")
def _():
    return f"(3, 4) * (4,) is {(MASK * MASK[0]).shape}"


@tries("NumPy", "one lane's state for all")
def _():
    return f"(3, 2) + (1, 2) is {(np.ones((3, 2)) + np.ones((1, 2))).shape}"


@tries("NumPy", "a gradient of one number")
def _():
    return f"(3, 4, 2) * () is {(np.ones((3, 4, 2)) * np.array(1.0)).shape}"


@tries("NumPy", "no seed")
def _():
    one, other = (np.random.default_rng(None).random() for _ in range(2))
    return "another draw each time" if one != other else "the same"


@tries("NumPy", "a code of no letter")
def _():
    return f"eye(3)[-1] is the last, {np.eye(3)[-1].tolist()}"


@tries("NumPy", "done flags of one lane for three")
def _():
    return f"(3, 2) * (1, 1) is {(np.ones((3, 2)) * ~np.array([[True]])).shape}: all are reset"


@tries("NumPy", "a masked mean over 0/1 integers")
def _():
    loss, real = np.arange(12.0).reshape(3, 4), MASK.astype(int)
    return f"mean of loss[mask] {loss[real].mean():g}; of the real steps {loss[MASK].mean():.3g}"


@tries("NumPy", "an order that names a sample twice")
def _():
    return f"samples[[0, 0, 1]] is {np.ones((3, 4))[[0, 0, 1]].shape}"


# --- PyTorch ---------------------------------------------------------------------------------------------------------


def lstm(**options):
    torch.manual_seed(0)
    return nn.LSTM(1, 2, batch_first=True, **options)


def final(x=T, state=None, net=None):
    return (net or lstm())(x, state)[1][0][-1].detach()


def pair(*shape, fill=1.0):
    return (torch.full(shape, fill),) * 2


def packed(lengths, x=T):
    return pack_padded_sequence(x, lengths, batch_first=True, enforce_sorted=False)


@tries("PyTorch", "lengths longer than the tensor")
def _():
    bundle = packed([2, 9, 4])
    return f"packs {len(bundle.batch_sizes)} steps of 4: {len(bundle.data)} numbers for {int(bundle.batch_sizes.sum())}"


@tries("PyTorch", "fewer lengths than rows")
def _():
    return f"packs {int(packed([2, 3]).batch_sizes[0])} rows of 3"


@tries("PyTorch", "more series than lengths")
def _():
    return f"packs {int(packed([2, 3]).batch_sizes[0])} rows of 3"


@tries("PyTorch", "fewer series than lengths")
def _():
    return packed([2, 3, 4], T[:2]).batch_sizes.tolist()


@tries("PyTorch", "float lengths")
def _():
    same = torch.equal(packed([2.0, 3.7, 4.0]).batch_sizes, packed([2, 3, 4]).batch_sizes)
    return "cuts 3.7 to 3" if same else "another cut"


@tries("PyTorch", "float lengths in an array")
def _():
    return f"batch sizes {packed(np.array([2.0, 3.7, 4.0])).batch_sizes.tolist()}, as of 2, 3, 4"


for what, lengths in {
    "a length of zero": [2, 0, 4],
    "a negative length": [2, -1, 4],
    "True for a length": [True, 3, 4],
    "words for lengths": ["2", "3", "4"],
    "NaN among the lengths": [2, NAN, 4],
    "lengths as a column": [[2], [3], [4]],
    "a masked array of lengths": np.ma.array([2, 3, 4], mask=[0, 1, 0]),
}.items():
    tries("PyTorch", what)(lambda lengths=lengths: f"batch sizes {packed(lengths).batch_sizes.tolist()}")


@tries("PyTorch", "series of two dtypes")
def _():
    return f"pad_sequence converts one: {pad_sequence([torch.ones(2), torch.ones(3).double()]).dtype}"


@tries("PyTorch", "series of two dtypes, in torch")
def _():
    return f"pad_sequence converts one: {pad_sequence([torch.ones(2), torch.ones(3).double()]).dtype}"


@tries("PyTorch", "an empty series among others")
def _():
    return f"pad_sequence: {tuple(pad_sequence([torch.ones(2), torch.ones(0)], batch_first=True).shape)}"


@tries("PyTorch", "0/1 integers as mask")
def _():
    return f"an index: x[mask] is {tuple(T[..., 0][torch.tensor(MASK).long()].shape)}"


@tries("PyTorch", "0/1 integers as mask, in torch")
def _():
    return f"an index: x[mask] is {tuple(T[..., 0][torch.tensor(MASK).int()].shape)}"


@tries("PyTorch", "a masked mean over 0/1 integers")
def _():
    loss, real = torch.arange(12.0).reshape(3, 4), torch.tensor(MASK)
    return f"mean of loss[mask] {loss[real.long()].mean():g}; of the real steps {loss[real].mean():.3g}"


@tries("PyTorch", "a float mask")
def _():
    return f"x[mask] is {tuple(T[..., 0][torch.tensor(MASK).float()].shape)}"


@tries("PyTorch", "0/1 integers as lanes to reset")
def _():
    state = torch.ones(3, 2)
    state[torch.tensor([1, 0, 1])] = 0
    return f"zeroes lanes {[k for k, row in enumerate(state) if not row.any()]}, not 0 and 2"


@tries("PyTorch", "done flags of one lane for three")
def _():
    return f"(3, 2) * (1, 1) is {tuple((torch.ones(3, 2) * torch.zeros(1, 1)).shape)}: all are reset"


@tries("PyTorch", "answers and targets of two ranks")
def _():
    return f"(3, 3, 1) - (3, 3) is {tuple((torch.ones(3, 3, 1) - torch.ones(3, 3)).shape)}"


for what, state in {
    "states of another batch, in torch": pair(1, 2, 2),
    "states of another batch": pair(1, 2, 2),
    "one lane's state for all": pair(1, 1, 2),
    "h without c": torch.ones(1, 3, 2),
    "NaN in a carried state": pair(1, 3, 2, fill=NAN),
}.items():
    tries("PyTorch", what)(lambda state=state: f"final h {final(state=state)[0].tolist()}")


@tries("PyTorch", "a mask of the wrong side")
def _():
    right, left = (T[..., 0][torch.tensor(mask)] for mask in (MASK, MASK[:, ::-1].copy()))
    return f"x[mask] of the same size, {tuple(left.shape)}, {off(right, left)}"


@tries("PyTorch", "h0 turned round")
def _():
    start = torch.arange(8.0).reshape(2, 2, 2) / 10
    found = [final(T[:2], (s, s), lstm(num_layers=2)) for s in (start, start.transpose(0, 1).contiguous())]
    return f"where layers = batch {off(*found)}"


@tries("PyTorch", "h0 turned round, as many lanes as units")
def _():
    start = torch.arange(4.0).reshape(1, 2, 2) / 10
    return off(*[final(T[:2], (s.contiguous(), s.contiguous())) for s in (start, start.transpose(1, 2))])


@tries("PyTorch", "a shuffled batch with carried states")
def _():
    start = torch.arange(6.0).reshape(1, 3, 2)
    return "a stranger's state, " + off(final(state=(start, start)), final(T.flip(0), (start, start)).flip(0))


@tries("PyTorch", "NaN in real steps")
def _():
    return f"final h of that lane {final(torch.where(torch.arange(4)[:, None] == 1, NAN, T))[0].tolist()}"


@tries("PyTorch", "NaN in real steps, in torch")
def _():
    return f"final h {final(T + NAN)[0].tolist()}"


@tries("PyTorch", "infinity in real steps")
def _():
    return "finite all the same: nobody sees it" if final(T + float("inf")).isfinite().all() else "NaN"


@tries("PyTorch", "NaN in weights")
def _():
    net = lstm()
    net.bias_ih_l0.data.fill_(NAN)
    return f"final h {final(net=net)[0].tolist()}"


@tries("PyTorch", "weights that float32 cannot hold")
def _():
    return f"copy_ makes 1e300 {torch.ones(1).copy_(torch.full((1,), 1e300, dtype=torch.float64)).item()}"


@tries("PyTorch", "weights of another size")
def _():
    return lstm().load_state_dict(nn.LSTM(2, 2).state_dict())


@tries("PyTorch", "one series without its axis of lanes")
def _():
    return f"as unbatched, {tuple(lstm()(T[0])[0].shape)}"


@tries("PyTorch", "time first")
def _():
    return final(T.transpose(0, 1)[..., 0])


@tries("PyTorch", "time first, both axes there")
def _():
    return f"{tuple(final(T.transpose(0, 1)).shape)}: 4 lanes of 3 steps"


for what, x in {
    "one feature too many": torch.zeros(3, 4, 2),
    "no step at all": T[:, :0],
    "complex numbers": T * 1j,
    "float64 for float32 weights": T.double(),
    "an array for a net of torch": X,
    "a sparse tensor": T.to_sparse(),
}.items():
    tries("PyTorch", what)(lambda x=x: f"{tuple(final(x).shape)}")


@tries("PyTorch", "units as a float")
def _():
    return nn.LSTM(1, 2.0)


@tries("PyTorch", "a gradient of one number")
def _():
    (torch.ones(3, 4, 2, requires_grad=True) * 2).backward(torch.tensor(1.0))


@tries("PyTorch", "a rate of NaN")
def _():
    return torch.optim.Adam([torch.ones(1, requires_grad=True)], lr=NAN)


@tries("PyTorch", "a category that is none")
def _():
    return nn.functional.cross_entropy(torch.zeros(1, 8), torch.tensor([8]))


@tries("PyTorch", "a code of no letter")
def _():
    return nn.functional.one_hot(torch.tensor([0, -1]))


@tries("PyTorch", "a file that holds no weights")
def _():
    return torch.load(Path(__file__).resolve().parents[1] / "data" / "race.csv", weights_only=True)


# --- Keras -----------------------------------------------------------------------------------------------------------


def on_keras():
    """The tries of Keras, which takes seconds to import."""
    import keras

    def layer(**options):
        keras.utils.set_random_seed(0)
        built = keras.layers.LSTM(2, **options)
        if not options:
            built(X)
        return built

    def said(x=X, net=None, **given):
        return keras.ops.convert_to_numpy((net or layer())(x, **given)).tolist()

    def state(*shape, fill=1.0):
        return [np.full(shape, fill, "float32")] * 2

    right, started = said(mask=MASK), said(initial_state=state(3, 2))
    keep = layer(stateful=True)
    same = lambda mask: f"as if it were bool, {off(right, said(mask=mask))}"  # noqa: E731
    one = {
        "0/1 integers as mask": lambda: same(MASK.astype(int)),
        "a float mask": lambda: same(MASK * 0.5),
        "a mask with an axis for features": lambda: same(MASK[..., None]),
        "one mask for all lanes": lambda: f"(1, 4) over 3 lanes, {off(right, said(mask=MASK[:1]))}",
        "a mask turned round, (T, B)": lambda: said(mask=MASK.T),
        "a mask of the wrong side": lambda: off(right, said(mask=MASK[:, ::-1])),
        "states of another batch": lambda: said(initial_state=state(2, 2)),
        "one lane's state for all": lambda: f"(1, 2) over 3 lanes, {off(started, said(initial_state=state(1, 2)))}",
        "h without c": lambda: said(initial_state=state(3, 2)[0]),
        "NaN in a carried state": lambda: f"output {said(initial_state=state(3, 2, fill=NAN))[0]}",
        "another batch for a net that keeps its state": lambda: (said(net=keep), said(X[:2], keep)),
        "a shuffled batch with carried states": lambda: (
            "a stranger's state, without a warning: " + off(said(net=keep), np.array(said(X[::-1].copy(), keep))[::-1])
        ),
        "NaN in real steps": lambda: f"output {said(X + NAN)[0]}",
        "features turned into steps by reshape": lambda: (
            f"a new layer: {np.shape(said(X.reshape(3, 2, 2), keras.layers.LSTM(2)))}"
        ),
        "steps made of features, one feature left": lambda: (
            f"an output of shape {np.shape(said(np.zeros((3, 2, 2), 'f4').reshape(3, 4, 1)))}"
        ),
        "one series without its axis of lanes": lambda: said(X[0]),
        "time first, both axes there": lambda: f"{np.shape(said(X.swapaxes(0, 1)))}: 4 lanes of 3 steps",
        "one feature too many": lambda: said(np.zeros((3, 4, 2), "f4")),
        "no step at all": lambda: said(X[:, :0]),
        "complex numbers": lambda: said(X * 1j),
        "float64 for float32 weights": lambda: f"converted, {off(said(), said(X.astype(float)))}",
        "units as a float": lambda: said(net=keras.layers.LSTM(2.0)),
        "series of two dtypes": lambda: (
            f"pad_sequences makes [[1], [2.5]] {keras.utils.pad_sequences([[1], [2.5]]).tolist()}"
        ),
        "lengths longer than the width asked for": lambda: (
            f"pad_sequences makes [1, 2, 3] {keras.utils.pad_sequences([[1, 2, 3]], maxlen=2)[0].tolist()}"
        ),
        "an empty series among others": lambda: f"pad_sequences: {keras.utils.pad_sequences([[1, 2], []]).tolist()}",
    }
    return [("Keras", what, call) for what, call in one.items()]


# --- flax ------------------------------------------------------------------------------------------------------------


def on_flax():
    """The tries of flax.nnx.RNN, told lengths as its `seq_lengths`."""
    import jax
    import jax.numpy as jnp
    from flax import nnx

    net = nnx.RNN(nnx.OptimizedLSTMCell(1, 2, rngs=nnx.Rngs(0)), return_carry=True)

    def final(x=X, lengths=LENGTHS, **given):
        told = None if lengths is None else jnp.asarray(lengths)
        return np.asarray(net(jnp.asarray(x), seq_lengths=told, **given)[0][1])

    def state(*shape, fill=1.0):
        return (jnp.full(shape, fill),) * 2

    def slope():
        graph, weights = nnx.split(net.cell)

        def loss(weights):
            cell = nnx.merge(graph, weights)
            again = nnx.RNN(cell, return_carry=True)
            return again(jnp.asarray(np.where(MASK[..., None], X, NAN)), seq_lengths=jnp.asarray(LENGTHS))[0][1].sum()

        found = jax.tree_util.tree_leaves(jax.grad(loss)(weights))
        spoilt = any(bool(jnp.isnan(leaf).any()) for leaf in found)
        states = off(final(), final(np.where(MASK[..., None], X, NAN)))
        return f"in the final states {states}, gradients of the weights {'NaN' if spoilt else 'fine'}"

    one = {
        "lengths longer than the tensor": lambda: f"9 counts as 4, {off(final(), final(lengths=(2, 3, 9)))}",
        "fewer lengths than rows": lambda: final(lengths=(2, 3)),
        "more series than lengths": lambda: final(lengths=(2, 3)),
        "fewer series than lengths": lambda: final(X[:2]),
        "one length for three series": lambda: (
            f"(1,) over 3 rows, {off(final(lengths=(2, 2, 2)), final(lengths=(2,)))}"
        ),
        "float lengths": lambda: final(lengths=(2.0, 3.7, 4.0)),
        "float lengths in an array": lambda: final(lengths=np.array([2.0, 3.7, 4.0])),
        "a length of zero": lambda: (
            "the state after the last column: " + off(final(lengths=None)[0], final(lengths=(0, 3, 4))[0])
        ),
        "a negative length": lambda: (
            "-1 counts from the end: " + off(final(lengths=(3, 3, 4)), final(lengths=(-1, 3, 4)))
        ),
        "True for a length": lambda: (
            off(final(lengths=(1, 1, 1)), final(lengths=(True, True, True))) + " against lengths of 1"
        ),
        "NaN among the lengths": lambda: final(lengths=(2, NAN, 4)),
        "lengths as a column": lambda: f"final h of shape {final(lengths=np.array(LENGTHS)[:, None]).shape}",
        "one number for lengths": lambda: f"for all rows, {off(final(lengths=(2, 2, 2)), final(lengths=2))}",
        "states of another batch": lambda: final(initial_carry=state(2, 2)),
        "one lane's state for all": lambda: final(initial_carry=state(1, 2)),
        "NaN in a carried state": lambda: f"final h {final(initial_carry=state(3, 2, fill=NAN))[0].tolist()}",
        "a shuffled batch with carried states": lambda: (
            "a stranger's state, "
            + off(
                *[
                    final(x, None, initial_carry=(jnp.arange(6.0).reshape(3, 2),) * 2)[order]
                    for x, order in ((X, np.s_[:]), (X[::-1], np.s_[::-1]))
                ]
            )
        ),
        "NaN in real steps": lambda: f"final h {final(X + NAN)[0].tolist()}",
        "NaN in the padding": slope,
        "one series without its axis of lanes": lambda: f"as unbatched, {final(X[0], None).shape}",
        "time first, both axes there": lambda: f"{final(X.swapaxes(0, 1), None).shape}: 4 lanes of 3 steps",
        "one feature too many": lambda: final(np.zeros((3, 4, 2))),
        "no step at all": lambda: f"final h {final(X[:, :0], None)[0].tolist()}",
        "complex numbers": lambda: f"{final(X * 1j, None).dtype}",
        "float64 for float32 weights": lambda: f"converted, {off(final(), final(X.astype(float)))}",
        "0/1 integers as mask": lambda: (
            f"an index: x[mask] is {jnp.asarray(X)[..., 0][jnp.asarray(MASK.astype(int))].shape}"
        ),
        "a code of no letter": lambda: f"jax.nn.one_hot makes -1 {jax.nn.one_hot(-1, 3).tolist()}",
    }
    return [("flax", what, call) for what, call in one.items()]


# --- all -------------------------------------------------------------------------------------------------------------


def outcome(call):
    """(whether it is taken without an error, what was seen or the kind of error)."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            return True, " ".join(str(call()).split())
        except Exception as error:
            return False, type(error).__name__


def table(found):
    """{what: {library: {taken, seen}}}"""
    rows = {}
    for library, what, call in found:
        taken, seen = outcome(call)
        rows.setdefault(what, {})[library] = {"taken": taken, "seen": seen}
    return rows


def main():
    os.environ.update(JAX_PLATFORMS="cpu", CUDA_VISIBLE_DEVICES="", KERAS_BACKEND="tensorflow")
    os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
    rows = table([*TRIES, *on_keras(), *on_flax()])
    names = {"NumPy": "numpy", "PyTorch": "torch", "Keras": "keras", "flax": "flax"}
    versions = {library: metadata.version(name) for library, name in names.items()}
    said = {"date": str(date.today()), "versions": versions, "rows": rows}
    TABLE.write_text(json.dumps(said, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    print(TABLE.read_text(encoding="utf-8"))


if __name__ == "__main__":
    main()
