"""What a lesson shows where no kernel is: explorers recorded setting by setting, predictions as cards, all of it HTML.

`on()` is called in the kernel before the first cell of a lesson: from then on an explorer or a prediction that is
shown leaves a figure that site/player.js plays. Each picture and sentence is made by the function behind the widget.
"""

import base64
import functools
import gzip
import html
import itertools
import json
import sys

import numpy as np

import lstm_demo.show
from lstm_demo import marks
from lstm_demo.lessons import inside_the_cell
from lstm_demo.show import Text, Time
from lstm_demo.show.controls import MOST_BUTTONS

# Settings of an explorer, and bytes of its recording as it stands in a page; beyond them it is thinned, and says so.
MOST = 400, 120_000
MOST_OF_NAMES = 900, 360_000  # where a lesson offers texts of its own
THINNED = "On this page not every value can be chosen; in a notebook all can."


def on():
    """Let explorers and predictions of this kernel show themselves as recorded ones."""
    sys.modules["lstm_demo.show.explorer"].Explorer = Recorded
    lstm_demo.show.predict = Card


class Recorded:
    """An explorer as a figure: its first picture and sentence stand, and a recording of all of them lies beside."""

    def __init__(self, of, values):
        self.of, self.values = of, values

    def _repr_html_(self):
        if self.of is inside_the_cell.conveyor:
            return computed_step(self.values)
        places, size = choices(self.of, self.values), None
        draw = functools.cache(self.of.drawn)  # where it has to be thinned, what is left was drawn before
        while size is None or (size > budget(self.of)[1] and thinner(places, self.values)):
            tape = base64.b64encode(gzip.compress(recorded(self.of, places, self.values, draw), 9, mtime=0)).decode()
            size = len(tape)
        first = self.of.drawn(*self.values.values())
        thin = any(len(places[name]) < len(all_choices(self.of, name)) for name in places)
        return figure(self.of.__name__, first, tape, THINNED if thin else "")


def figure(name, first, tape, note=""):
    return (
        f'<figure class="explorer" data-name="{name}"><div class="controls"></div>'
        f'<div class="lstm-picture">{first.svg(name)}</div>'
        f'<figcaption role="status">{html.escape(first.sentence)}</figcaption>'
        f'{f"<small>{note}</small>" if note else ""}<script type="application/gzip">{tape}</script></figure>'
    )


def computed_step(values):
    """The step by hand: too many settings to record, and no need to; site/step.js computes and draws it."""
    room, of = inside_the_cell, inside_the_cell.conveyor
    first, places = of.drawn(*values.values()), {name: all_choices(of, name) for name in of.domains}
    colors = {"ink": marks.INK, "grey": marks.GREY, "paper": marks.PAPER, "cell": marks.CELL, "hidden": marks.HIDDEN}
    spec = {
        "controls": [control(of, name, places, values) for name in places],
        "params": {name: np.asarray(value).tolist() for name, value in room.HAND_PARAMS._asdict().items()},
        "valves": {name: {gate: room.SET[to] for gate, to in gates.items()} for name, gates in room.VALVES.items()},
        "colors": {name: f"var(--lstm-{c[1:].lower()}, {c})" for name, c in {**colors, **marks.GATES}.items()},
        "sizes": {"small": marks.SMALL, "text": marks.TEXT, "large": marks.LARGE, "plus": 24},
        "words": room.WORDS,
    } | {name: getattr(room, name.upper()) for name in ("unit", "belt", "head", "pour", "rise", "shown")}
    return (
        f'<figure class="explorer step" data-name="conveyor"><div class="controls"></div>'
        f'<div class="lstm-picture">{first.svg("conveyor")}</div>'
        f'<figcaption role="status">{html.escape(first.sentence)}</figcaption>'
        f'<script type="application/json">{json.dumps(spec)}</script></figure>'
    )


def all_choices(of, name):
    """Every value of an argument that a page may offer, of a text the first samples; [] is time."""
    domain = of.domains[name]
    if isinstance(domain, Time):
        return []
    return list((domain.offered or domain.samples[:2]) if isinstance(domain, Text) else domain)


def choices(of, values):
    """{argument: values on this page}: all, or fewer where together they would be too many to record."""
    places = {name: all_choices(of, name) for name in of.domains}
    while count(of, places, values) > budget(of)[0] and thinner(places, values):
        pass
    return places


def budget(of):
    return MOST_OF_NAMES if any(isinstance(one, Text) and one.offered for one in of.domains.values()) else MOST


def count(of, places, values):
    return sum(1 for _ in settings(of, places, values))


def thinner(places, values):
    """Leave out every other value of the longest choice, but not the one that is shown first; False: none to spare."""
    name = max(places, key=lambda name: len(places[name]))
    kept = places[name]
    if len(kept) < 3:
        return False
    at = kept.index(values[name])
    places[name] = [value for k, value in enumerate(kept) if (k - at) % 2 == 0]
    return True


def settings(of, places, values):
    """Yield (places of the controls, {argument: value}) for all of the choices, and every moment of a time."""
    names = list(places)
    for chosen in itertools.product(*(range(len(places[name]) or 1) for name in names)):
        now = {name: places[name][k] if places[name] else 0 for name, k in zip(names, chosen, strict=True)}
        times = [name for name in names if isinstance(of.domains[name], Time)]
        for moments in itertools.product(*(range(of.domains[name].end(now, name) + 1) for name in times)):
            at = dict(zip(times, moments, strict=True))
            yield [at.get(name, k) for name, k in zip(names, chosen, strict=True)], now | at


def recorded(of, places, values, draw):
    """The recording, JSON as bytes: the controls, what differs (each once), and what each setting is made of."""
    parts = {kind: {} for kind in ("shells", "fragments", "sentences", "off")}
    frames = {}
    for at, now in settings(of, places, values):
        drawn = draw(*now.values())
        width, height = (round(72 * side, 2) for side in drawn.size)
        made = ([f"0 0 {width:g} {height:g}", drawn.shell], drawn.fragment, drawn.sentence, [*of.off(**now)])
        frames[".".join(map(str, at))] = [
            known.setdefault(json.dumps(part), len(known)) for known, part in zip(parts.values(), made, strict=True)
        ]
    tape = {"controls": [control(of, name, places, values) for name in places], "frames": frames}
    return json.dumps(tape | {kind: [json.loads(part) for part in known] for kind, known in parts.items()}).encode()


def control(of, name, places, values):
    domain, chosen = of.domains[name], places[name]
    spec = {"name": name.replace("_", " "), "options": [str(value) for value in chosen]}
    if isinstance(domain, Time):
        return spec | {"kind": "time", "at": values[name], "last": domain.end(values, name)}
    spec["at"] = chosen.index(values[name])
    if isinstance(domain, Text):
        return spec | {"kind": "buttons" if len(chosen) <= MOST_BUTTONS else "list"}
    if tuple(domain) == (False, True):
        return spec | {"kind": "check"}
    return spec | {"kind": "buttons" if len(domain) <= MOST_BUTTONS else "slider"}


class Card:
    """A prediction as a card: its answers are buttons, and what is right is told by the first press."""

    def __init__(self, question, options, answer, why):
        self.question, self.options, self.answer, self.why = question, [*map(str, options)], str(answer), why

    def _repr_html_(self):
        buttons = "".join(f'<button type="button">{html.escape(option)}</button>' for option in self.options)
        told = f'data-answer="{html.escape(self.answer)}" data-why="{html.escape(self.why)}"'
        return (
            f'<div class="predict" role="group" aria-label="{html.escape(self.question)}" {told}>'
            f'<p><strong>{html.escape(self.question)}</strong></p><div class="options">{buttons}</div>'
            f'<p class="reveal" role="status"></p></div>'
        )
