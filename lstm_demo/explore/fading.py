"""How a difference fades: two starts with the same input, and one input changed with the same start."""

import functools

import ipywidgets as widgets
import numpy as np

from ..cell import Params, State, params_given, run, state_given
from ..plots import Fading, describe_fading, draw_fading
from ..refusal import array, kind, numbers, refusal, short, whole
from ..series import ALPHABET
from ..trajectory import foreseen, half_life
from .controls import control
from .frame import Explorer
from .trajectory import MOST, states_of
from .typed import sifted


def two_starts(params, x, starts):
    """Two runs over the same x (T, D) from two States of one lane: how far their c are apart, and what was foreseen.

    Both (T + 1,), from the start on; foreseen as by `trajectory.foreseen`, with the forget gates of the first run.
    """
    params, x = params_given(params), array("x", x)
    if not isinstance(starts, list | tuple) or len(starts) != 2 or None in starts:
        got = len(starts) if isinstance(starts, list | tuple) and None not in starts else short(starts)
        raise refusal("starts", "two States of one lane", got, "give State(h, c), of (1, H) each")
    shape = (1, params.weight_hh.shape[1])
    starts = [state_given(f"starts[{k}]", start, shape, used=True) for k, start in enumerate(starts)]
    one, other = (run(params, x[None], state=start) for start in starts)
    begin = starts[0].c - starts[1].c
    distance = np.hypot.reduce(np.concatenate([begin, one.c[0] - other.c[0]]), axis=1)
    return distance, foreseen(one.f[0], begin[0])


def carried(params, x, cut):
    """What follows a cut of x (B, T, D) before step `cut`, with both states carried on, with h alone, with c alone.

    {what is carried: the Trace of the T - cut steps that follow}; what is not carried begins at zero.
    """
    x, cut = numbers("x", x, (None, None, None)), whole("cut", cut, at_least=1)
    if cut >= x.shape[1]:
        raise refusal("cut", f"a step of {x.shape[1]} with one before it", cut, "cut inside of the series")
    h, c = run(params, x[:, :cut]).final
    states = {"h and c": State(h, c), "h alone": State(h, 0 * c), "c alone": State(0 * h, c)}
    return {kept: run(params, x[:, cut:], state=state) for kept, state in states.items()}


def perturbed(params, text, place, letter):
    """How far the c of a name is from that of the same name with one letter changed: (n - place,), from there on."""
    kind("text", text, str, "give the letters of a name")
    if not isinstance(letter, str) or len(letter) != 1 or letter.upper() not in ALPHABET:
        raise refusal("letter", f"one of {ALPHABET!r}", short(letter), "give one letter")
    place = whole("place", place, at_least=0)
    if place >= len(text):
        raise refusal("place", f"a letter of {short(text)}, 0 to {len(text) - 1}", place, "count from 0")
    changed = text[:place] + letter + text[place + 1 :]
    return np.linalg.norm(states_of(params, text) - states_of(params, changed), axis=1)[place:]


def fading_of(title, distances, foreseen=None, read=""):
    """The Fading of {name: distance (T,)}, each in per cent of its first; where that is 0, of nothing: NaN.

    foreseen  {name: (T,)} or None; read  what is read at each step
    """
    kind("title", title, str, "say what differs"), kind("read", read, str, "give a letter a step")
    _check_distances(distances, foreseen)
    rows = {name: np.asarray(distance, float) for name, distance in distances.items()}
    halves = tuple(half_life(row) if row[0] > 0 else None for row in rows.values())
    percent = np.stack([_percent(row, row[0]) for row in rows.values()])
    if foreseen is not None:
        foreseen = np.stack([_percent(foreseen[name], row[0]) for name, row in rows.items()])
    return Fading(title, tuple(rows), percent, halves, foreseen, read)


def explore_perturb(params, text="LATIN SMALL LETTER A WITH ACUTE"):
    """Change one letter of a name, anywhere, and see the difference fade in each net.

    params  {name of a net: its Params}, of 38 features
    """
    kind("text", text, str, "give the letters of a name"), kind("params", params, dict, "give {name: Params}")
    for name, one in params.items():
        kind(f"params[{name}]", one, Params, "see init_params")
    if not params:
        raise refusal("params", "one net or more", "none", "give {name: Params}")
    measured = functools.lru_cache(maxsize=64)(lambda net, *change: perturbed(params[net], *change))
    wide = {"description_width": "initial"}
    controls = {
        "place": control("step changed", range(MOST), 6),
        "letter": widgets.Text("T", description="to letter", style=wide, layout={"width": "9em"}),
        "text": widgets.Text(text, description="name", style=wide, layout={"width": "60%"}),
    }

    def compute(place, letter, text):
        known = sifted(text)[0][:MOST] or " "
        at = min(place, len(known) - 1)
        letter = (sifted(letter)[0] or " ")[-1]  # the last one typed
        changed = known[:at] + letter + known[at + 1 :]
        title = f"{_spaced(known[at])} at step {at} becomes {_spaced(letter)}: {_cut(changed)}"
        distances = {net: _filled(measured(net, known, at, letter)) for net in params}
        return fading_of(title, distances, read=changed[at:])

    def draw(ax):
        return draw_fading(ax, len(params), MOST - 1)

    return Explorer(controls, compute, draw, describe_fading, (9.0, 4.8))


def _check_distances(distances, foreseen):
    """Refuse all but {name: (T,)}, of one T; foreseen the same names and T, or None."""
    kind("distances", distances, dict, "give {name: distance}")
    lengths = {name: len(numbers("distances", row, (None,), finite=False)) for name, row in distances.items()}
    if len({*lengths.values()}) != 1 or 0 in lengths.values():
        raise refusal("distances", "one or more, all of one length", short(lengths), "fill short ones up with NaN")
    if foreseen is None:
        return
    if kind("foreseen", foreseen, dict, "give {name: distance}").keys() != distances.keys():
        raise refusal("foreseen", f"the names {short(list(distances))}", short(list(foreseen)), "foresee each, or none")
    for name, row in foreseen.items():
        numbers("foreseen", row, (lengths[name],), finite=False)


def _percent(row, first):
    return 100 * np.asarray(row, float) / first if first > 0 else np.full(len(row), np.nan)


def _filled(row):
    """As long as the longest, NaN behind the end of the name."""
    return np.concatenate([row, np.full(MOST - len(row), np.nan)])


def _spaced(letter):
    return "␣" if letter == " " else letter


def _cut(text):
    return text if len(text) <= MOST else f"{text[: MOST - 1]}…"
