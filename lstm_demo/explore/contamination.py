"""The contamination meter: how far zeros drive the state, on either side, and what cures it."""

import functools

import numpy as np

from ..cell import init_params, params_given, run
from ..layout import Layout
from ..plots import Contamination, describe_contamination, draw_contamination
from ..refusal import choice, kind, numbers, random_seed, refusal, several, short, whole
from ..series import four_labels
from .controls import control
from .frame import Explorer

# name: how a title says it. A reset zeroes the state before each first step.
CURES = {"none": "no cure", "reset": "cured by a reset", "exact mask": "cured by a mask"}
STARTS = ("PyTorch", "Keras")


def start_params(start, features, units=16, seed=0):
    """Fresh Params as PyTorch's or Keras' LSTM layer draws them."""
    choice("start", start, STARTS)
    features, units = whole("features", features, at_least=1), whole("units", units, at_least=1)
    seed = random_seed("seed", seed)
    if start == "Keras":
        return init_params(features, units, seed)
    import torch  # only here: the other explorers do without it

    from ..torch_lstm import StatelessLSTM, params_of

    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        return params_of(StatelessLSTM(features, units).lstm)


def contamination(params, series, most, cure="none"):
    """The distances (most + 1,) from the true final state with 0 to `most` zeros in front, and as many behind.

    Per cent of the length of the true h, mean over the series, each of (n, D).
    """
    choice("cure", cure, list(CURES))
    params, most = params_given(params), whole("most", most, at_least=1)
    series = _arrays(series, params.weight_ih.shape[1])
    apart = [(_in_front(params, one, most, cure), _behind(params, one, most, cure)) for one in series]
    return 100 * np.mean(apart, axis=0)


def gaps_to_alone(layout, series, seeds=10, **flags):
    """How far any final h lies from that of its series alone: (seeds,) largest differences.

    layout  one series a lane, in order
    flags   mask and resets as for `run`; each seed draws weights as PyTorch does
    """
    kind("layout", layout, Layout, "lay the series first, as with pad_left")
    if (held := layout.series.max(axis=1).tolist()) != list(range(layout.count)):  # or lanes would be broadcast
        raise refusal(
            "layout", "one series a lane, in order", f"series {short(held)} last", "take pad_left or pad_right"
        )
    series, seeds = _arrays(series), whole("seeds", seeds, at_least=1)
    return np.array(
        [_gap(layout, series, start_params("PyTorch", series[0].shape[1], seed=k), flags) for k in range(seeds)]
    )


def explore_contamination(series=None, what="the four series", most=20):
    """Move the number of padded steps; choose whose starting weights, and a cure.

    series  ragged list of (n, D); left out, the four labelled series
    what    their name, for the title
    """
    series, most = _arrays(four_labels()[0] if series is None else series), whole("most", most, at_least=1)
    kind("what", what, str, "name the series")
    params = {start: start_params(start, series[0].shape[1]) for start in STARTS}
    measured = functools.cache(lambda start, cure: contamination(params[start], series, most, cure))

    def compute(pads, start, cure):
        return Contamination(f"Zeros beside {what}, {start} start, {CURES[cure]}", *measured(start, cure), pads)

    controls = {
        "pads": control("padded steps", range(most + 1), min(5, most)),
        "start": control("starting weights", STARTS),
        "cure": control("cure", list(CURES)),
    }
    return Explorer(controls, compute, lambda ax: draw_contamination(ax, most), describe_contamination, (9.0, 4.4))


def _arrays(series, features=None):
    """Series as arrays (n, D), all of the same D, or a refusal by name."""
    if isinstance(series, list | tuple) and not series:
        got = f"an empty {type(series).__name__}"
        raise refusal("series", "at least one", got, "leave it out for the four labelled series")
    arrays = []
    for k, one in enumerate(several("series", series, "give one array (n, D) for each series")):
        arrays.append(numbers(f"series[{k}]", one, (None, features)))
        features = arrays[0].shape[1]
        if not arrays[k].size:
            raise refusal(f"series[{k}]", "one step and one feature or more", arrays[k].shape, "leave it out")
    return arrays


def _in_front(params, one, most, cure):
    """Lane k begins k steps before the series does: until then its mask holds the zero state, as if not there."""
    columns = np.arange(most + len(one)) - most
    begun = columns >= -np.arange(most + 1)[:, None]
    mask = begun & (columns >= 0) if cure == "exact mask" else begun
    resets = np.broadcast_to((columns == 0) & (cure == "reset"), mask.shape)
    x = np.zeros((*mask.shape, one.shape[1]))
    x[:, most:] = one
    return _distance(run(params, x, mask=mask, resets=resets).final.h, params, one)


def _behind(params, one, most, cure):
    """One run over the series and its zeros: the state after k of them stands k columns on. A reset comes too early."""
    x = np.concatenate([one, np.zeros((most, one.shape[1]))])[None]
    mask = (np.arange(x.shape[1]) < len(one))[None] if cure == "exact mask" else None
    resets = (np.arange(x.shape[1]) == 0)[None] if cure == "reset" else None
    return _distance(run(params, x, mask=mask, resets=resets).h[0, len(one) - 1 :], params, one)


def _distance(h, params, one):
    true = run(params, one[None]).final.h
    norm = np.linalg.norm(true)
    if norm == 0:
        raise refusal("series", "a true h that is not zero", "0", "a distance in per cent of zero says nothing")
    return np.linalg.norm(h - true, axis=1) / norm


def _gap(layout, series, params, flags):
    alone = np.concatenate([run(params, one[None]).final.h for one in series])
    return np.abs(run(params, layout.lay(series), **flags).final.h - alone).max()
