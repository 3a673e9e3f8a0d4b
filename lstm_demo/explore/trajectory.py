"""Scrub and play through a name: where its state runs in one fixed plane, beside that of another name."""

import functools

import ipywidgets as widgets
import numpy as np

from ..cell import params_given, run
from ..plots import Portrait, describe_portrait, draw_portrait
from ..refusal import choice, kind, numbers, refusal, short, whole
from ..series import encode, one_hot
from ..trajectory import Projection
from .controls import control
from .frame import Explorer
from .typed import sifted

MOST = 40  # letters that are read of a name
PARTS = ("h", "c")


def states_of(params, text, part="c"):
    """The states (n, H) after each letter of a name that a net of 38 features reads from a state of zeros.

    part  one of PARTS: the hidden states, or the cell states
    """
    choice("part", part, PARTS), kind("text", text, str, "give the letters of a name")
    return getattr(run(params, one_hot(encode(text))[None]), part)[0].copy()  # else the gates of the run stay as well


def portrait_of(params, plane, cloud, names, step, whose="a net", part="c"):
    """The Portrait of one or two names, up to a step, in a plane that was fitted before.

    plane  a trajectory.Projection; cloud  the states (N, H) that it was fitted on
    names  what is typed: only the first 40 known letters of each are read, and none of an empty one
    whose  states they are, for the title; part  one of PARTS
    """
    names = _names_given(names, 1)
    step = whole("step", step, at_least=1)
    states, title = functools.partial(states_of, params, part=part), f"{part} of {whose}"
    return _portrait(states, plane, _points(params, plane, cloud), names, step, title)


def explore_trajectory(params, plane, cloud, names=("LATIN SMALL LETTER A", "LATIN CAPITAL LETTER A"), part="c"):
    """Type two names, scrub or play through their letters; plane and cloud as for `portrait_of`."""
    names = _names_given(names, 2)
    # A letter more is a new text: what was read before is not read again for every step that is looked at.
    states = functools.lru_cache(maxsize=64)(functools.partial(states_of, params, part=part))
    points = _points(params, plane, cloud)
    wide = {"description_width": "initial"}
    step = control("step", range(1, MOST + 1), 13)
    play = widgets.Play(value=step.value, min=1, max=MOST, interval=400, description="play the steps")
    widgets.jslink((play, "value"), (step, "value"))  # in the page: a tick must not wait for a picture, nor cross one
    controls = {"step": step}
    for which, name in zip(("first", "second"), names, strict=True):
        controls[which] = widgets.Text(name, description=f"{which} name", style=wide, layout={"width": "45%"})

    def compute(step, first, second):
        return _portrait(states, plane, points, (first, second), step, f"{part} while reading")

    like = compute(1, *names)
    draw = lambda ax: draw_portrait(ax, like)  # noqa: E731
    return Explorer(controls, compute, draw, describe_portrait, (9.0, 5.6), beside=[play])


def _names_given(names, least):
    if not isinstance(names, list | tuple) or not least <= len(names) <= 2:
        raise refusal("names", "a list of two names" if least == 2 else "one name or two", short(names), "list them")
    return [kind(f"names[{k}]", name, str, "give the letters of a name") for k, name in enumerate(names)]


def _points(params, plane, cloud):
    """The cloud in the plane, both made for a net of as many units as this."""
    units = params_given(params).weight_hh.shape[1]
    numbers("plane.share", kind("plane", plane, Projection, "see trajectory.projection").share, (2,))
    cloud = numbers("cloud", cloud, (None, units))
    if len(cloud) < 2:
        raise refusal("cloud", "two states or more", len(cloud), "give those that the plane was fitted on")
    return plane(cloud)


def _portrait(states, plane, points, names, step, title):
    read = [known[:MOST] for known, _ in map(sifted, names) if known]
    full = [states(text) for text in read]
    paths = tuple(plane(one) for one in full)
    apart = None
    if len(full) == 2:
        here = [min(step, len(one)) - 1 for one in full]
        apart = tuple(_distance(*(one[at] for one, at in zip(way, here, strict=True))) for way in (paths, full))
    left_out = "".join(odd for _, odd in map(sifted, names))
    title += f" (not read: {left_out[:12]})" if left_out else ""
    return Portrait(title, paths, tuple(read), step, points, plane.share, apart)


def _distance(one, other):
    return float(np.linalg.norm(one - other))
