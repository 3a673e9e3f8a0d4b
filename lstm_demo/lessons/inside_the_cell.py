"""02: one step as a belt with valves, how long a cell state lasts, and what layers and directions carry."""

from dataclasses import dataclass
from itertools import accumulate

import numpy as np

from ..cell import Gates, Params, State, run, sigmoid, step
from ..check import check
from ..marks import CELL, FAINT, GATES, GREY, HIDDEN, INK, LARGE, PALE, PAPER, SKY, SMALL, TEXT, verdict, write
from ..show import Picture, Time, explorer

# One feature, one unit, rows i, f, g, o: weights chosen so that every control moves something one can see.
HAND_PARAMS = Params(
    np.array([[1.5], [-0.5], [1.2], [0.8]]), np.array([[0.5], [0.5], [-0.8], [1.0]]), np.array([0.0, 1.0, 0.0, 0.0])
)
SET = {0: -1000.0, 1: 1000.0}  # a bias at which a gate is exactly shut, exactly open
VALVES = {
    "as computed": {},
    "hold": {"f": 1, "i": 0},
    "overwrite": {"f": 0, "i": 1},
    "add": {"f": 1, "i": 1},
    "wipe": {"f": 0, "i": 0},
    "hide": {"o": 0},
}
WORDS = {"i": "input gate", "f": "forget gate", "o": "output gate"}

UNIT = 25  # points across a flow of 1
BELT, HEAD, POUR, RISE, SHOWN = 232, 50, 318, 462, 122  # the belt and the bus of x and h; g falls, c rises, h leaves
TALL = 3 * UNIT  # c stays below 3 on this belt, g and tanh(c) below 1


def two(value):
    """Two decimals, and never -0.00."""
    return f"{round(value, 2) + 0.0:.2f}"


@dataclass(frozen=True)
class Conveyor(Picture):
    """One step of one unit: what it is given, its sums z and gates, the state it leaves, and how far it has come.

    stage   0 nothing is decided, 1 the gates are set, 2 c is kept, 3 g is written, 4 h is shown
    """

    x: float
    h: float
    c: float
    z: Gates
    gates: Gates
    new: State
    valves: str
    stage: int

    size = (9.0, 4.35)

    def axes(self, ax):
        ax.set(xlim=(0, 72 * self.size[0]), ylim=(72 * self.size[1], 0))
        ax.set_axis_off()
        top, look = BELT - TALL / 2, {"facecolor": PALE, "edgecolor": FAINT, "linewidth": 1}
        ax.fill(*box((0, BELT), (648, BELT), TALL), **look)
        ax.fill(*box((POUR, 74), (POUR, top), UNIT), **look)
        ax.fill(*box((RISE, top), (RISE, SHOWN - UNIT / 2), UNIT), **look)
        ax.fill(*box((RISE - UNIT / 2, SHOWN), (648, SHOWN), UNIT), **look)
        wire = {"color": FAINT, "linewidth": 1.5, "marker": "o", "markevery": [-1]}
        ax.plot([84, 384, 384, 347], [HEAD, HEAD, 138, 138], **wire)
        for x, y in ((150, 184), (POUR, 74), (540, 98)):
            ax.plot([84, x, x], [HEAD, HEAD, y], **wire)
        write(ax, 642, 152, "to the next step →", SMALL, GREY, ha="right")

    def draw(self, ax):
        means = "as computed" if self.valves == "as computed" else f"set by hand to {self.valves}"
        write(ax, 6, 18, f"One step of one unit, its valves {means}", LARGE, ha="left")
        write(ax, 6, 42, f"x = {two(self.x)}", TEXT, ha="left", weight="bold")
        write(ax, 6, 62, f"h = {two(self.h)}", TEXT, HIDDEN, ha="left", weight="bold")
        flow(ax, (0, BELT), (150, BELT), self.c, CELL)
        self.below(ax, 66, f"c = {two(self.c)}", "before")
        for draw in (self.draw_candidate, self.draw_kept, self.draw_written, self.draw_shown)[: self.stage]:
            draw(ax)
        self.draw_valve(ax, "f", (150, BELT), TALL, (140, 158))
        self.draw_valve(ax, "i", (POUR, 138), UNIT, (POUR - 38, 138))
        self.draw_valve(ax, "o", (540, SHOWN), UNIT, (530, 78))

    def below(self, ax, x, said, word):
        write(ax, x, BELT + TALL / 2 + 15, said, TEXT, CELL, weight="bold")
        write(ax, x, BELT + TALL / 2 + 31, word, SMALL, GREY)

    def draw_candidate(self, ax):
        flow(ax, (POUR, 74), (POUR, 138), self.gates.g, GATES["g"])
        write(ax, POUR - 20, 80, f"g = {two(self.gates.g)}", TEXT, ha="right", weight="bold")
        write(ax, POUR - 20, 97, f"candidate, tanh({two(self.z.g)})", SMALL, GREY, ha="right")

    def draw_kept(self, ax):
        kept = self.gates.f * self.c
        flow(ax, (150, BELT), (POUR - UNIT / 2, BELT), kept, CELL)
        self.below(ax, 230, f"f·c = {two(kept)}", "kept")

    def draw_written(self, ax):
        written = self.gates.i * self.gates.g
        flow(ax, (POUR, 138), (POUR, BELT - TALL / 2), written, GATES["g"])
        flow(ax, (POUR + UNIT / 2, BELT), (648, BELT), self.new.c, CELL)
        write(ax, POUR + 20, 178, f"i·g = {two(written)}", TEXT, ha="left", weight="bold")
        write(ax, POUR, BELT, "+", 24, INK, weight="bold")
        self.below(ax, 540, f"c = f·c + i·g = {two(self.new.c)}", "after")

    def draw_shown(self, ax):
        shown = float(np.tanh(self.new.c))
        flow(ax, (RISE, BELT - TALL / 2), (RISE, SHOWN), shown, CELL)
        flow(ax, (RISE - UNIT * abs(shown) / 2, SHOWN), (540, SHOWN), shown, CELL)
        flow(ax, (540, SHOWN), (648, SHOWN), self.new.h, HIDDEN)
        write(ax, RISE + 20, 178, f"tanh(c) = {two(shown)}", TEXT, CELL, ha="left", weight="bold")
        write(ax, 642, SHOWN - 26, f"h = {two(self.new.h)}", TEXT, HIDDEN, ha="right", weight="bold")

    def draw_valve(self, ax, name, at, width, label):
        """Two blades across a pipe, that leave as much of it free as the gate is open; its number, and why it is so."""
        (x, y), opening, z = label, getattr(self.gates, name), getattr(self.z, name)
        known = self.stage > 0
        why = "set by hand" if name in VALVES[self.valves] else f"{WORDS[name]}, σ({two(z)})"
        valve(ax, at, width, opening if known else 0, GATES[name], upright=name == "i")
        write(ax, x, y - 8, f"{name} = {two(opening) if known else '?'}", TEXT, ha="right", weight="bold")
        write(ax, x, y + 9, why if known else WORDS[name], SMALL, GREY, ha="right")

    def says(self):
        i, f, g, o = self.gates
        given = f"With x = {two(self.x)} and h = {two(self.h)}"
        if self.stage < 2:
            gates = f"the gates are set to f = {two(f)}, i = {two(i)}, o = {two(o)}"
            return f"{given} {gates if self.stage else 'nothing is decided yet'}; c = {two(self.c)} arrives."
        keeps = f"keeps {f:.0%} of c = {two(self.c)}"
        writes = f"writes {i:.0%} of g = {two(g)}, so that c becomes {two(self.new.c)}"
        shows = f"shows {o:.0%} of tanh(c), so that h = {two(self.new.h)}"
        return f"{given} the cell {'; '.join([keeps, writes, shows][: self.stage - 1])}."


def flow(ax, start, end, value, color):
    """What runs in a pipe, as thick as its value; light and striped where it is below zero."""
    if value:
        look = {"facecolor": color} if value > 0 else {"facecolor": PAPER, "hatch": "\\\\"}
        ax.fill(*box(start, end, UNIT * abs(value)), edgecolor=color, linewidth=0 if value > 0 else 1.5, **look)


def box(start, end, width):
    """The corners of a straight piece of that width: xs, ys."""
    (x, y), (to_x, to_y), half = start, end, width / 2
    if x == to_x:
        return [x - half, x + half, x + half, x - half], [y, y, to_y, to_y]
    return [x, to_x, to_x, x], [y - half, y - half, y + half, y + half]


def valve(ax, at, width, opening, color, upright):
    thick, half, blade = 24 if upright else 28, width / 2 + 8, width * (1 - opening) / 2 + 8
    x, y = at
    pieces = [(-half, blade - half, {"facecolor": color}), (half, half - blade, {"facecolor": color})]
    for far, near, look in [*pieces, (-half, half, {"fill": False})]:  # the frame last
        ends = ((x + far, y), (x + near, y)) if upright else ((x, y + far), (x, y + near))
        ax.fill(*box(*ends, thick), edgecolor=INK, linewidth=1.5, zorder=3, **look)


def tenths(most):
    return tuple(k / 10 for k in range(-10 * most, 10 * most + 1))


@explorer(x=tenths(3), h=tenths(1), c=tenths(2), valves=tuple(VALVES), stage=Time(lambda **_: 4))
def conveyor(x=1.0, h=0.5, c=1.0, valves="as computed", stage=None):
    """One step of the cell that reads x and h, while c runs through; stage None is the end."""
    bias = HAND_PARAMS.bias.copy()
    for name, opening in VALVES[valves].items():
        bias["ifgo".index(name)] = SET[opening]
    params = HAND_PARAMS._replace(bias=bias)
    new, gates = step(params, [[x]], State([[h]], [[c]]))
    z = params.weight_ih[:, 0] * x + params.weight_hh[:, 0] * h + params.bias
    new, gates = State(*np.ravel(new).tolist()), Gates(*np.ravel(gates).tolist())
    return Conveyor(x, h, c, Gates(*z.tolist()), gates, new, valves, stage)


STEPS = 200


@dataclass(frozen=True)
class Lasting(Picture):
    """h (T,) and c (T + 1,) of one unit over time, and f, the opening at which its forget gate stands."""

    h: np.ndarray
    c: np.ndarray
    f: float
    writes: bool

    place = (0.11, 0.2, 0.73, 0.67)

    @property
    def half_life(self):
        return np.log(0.5) / np.log(self.f)

    def axes(self, ax):
        top = 1.08 * max(1.2, self.c.max())
        ax.set(xlim=(0, STEPS), ylim=(-0.08 * top, top))
        write(ax, STEPS / 2, -0.3 * top, "step", TEXT)
        write(ax, -0.125 * STEPS, top / 2, "state", TEXT, rotation=90)
        ax.tick_params(labelsize=SMALL)
        ax.spines[["top", "right"]].set_visible(False)

    def draw(self, ax):
        top = ax.get_ylim()[1]
        does = "Something is written at each step" if self.writes else "c = 1, then nothing is written"
        write(ax, 0, 1.1 * top, f"{does}, forget gate at {self.f:.4f}", LARGE, ha="left")
        ax.axhline(1, color=FAINT, linewidth=1)
        steps = np.arange(len(self.c))
        ax.plot(steps, self.c, color=CELL, linewidth=3)
        ax.plot(steps[1:], self.h, color=HIDDEN, linewidth=3, linestyle=(0, (3, 1.5)))
        close = max(0, 0.09 * top - self.c[-1] + self.h[-1])  # else the two words would cover each other
        write(ax, 203, self.c[-1] + close / 2, f"c = {two(self.c[-1])}", TEXT, CELL, ha="left", weight="bold")
        write(ax, 203, self.h[-1] - close / 2, f"h = {two(self.h[-1])}", TEXT, HIDDEN, ha="left", weight="bold")
        if not self.writes and self.half_life < STEPS:
            ax.plot([self.half_life] * 2, [0, 0.5], color=GREY, linewidth=1.5, linestyle=":")
            write(ax, self.half_life + 3, 0.62, f"half after {self.half_life:.1f} steps", TEXT, GREY, ha="left")

    def says(self):
        does = "something is written at every step, and h stays below 1"
        does = does if self.writes else f"nothing is written, and c halves every {self.half_life:.1f} steps"
        ends = f"after {STEPS} steps c is {two(self.c[-1])} and h is {two(self.h[-1])}"
        return f"The forget gate stands at {self.f:.4f}, {does}; {ends}."


@explorer(forget_bias=(0, 1, 3, 5, 9), writes=(False, True))
def lasting(forget_bias=1, writes=False):
    """One unit over 200 steps of zeros, with this bias of its forget gate."""
    bias = np.array([0.0 if writes else SET[0], forget_bias, 0.5, 2.0])
    params = Params(np.zeros((4, 1)), np.zeros((4, 1)), bias)
    start = np.full((1, 1), 0.0 if writes else 1.0)
    trace = run(params, np.zeros((1, STEPS, 1)), state=State(0 * start, start))
    c = np.concatenate([start[0], trace.c[0, :, 0]])
    return Lasting(trace.h[0, :, 0], c, float(sigmoid(float(forget_bias))), writes)


@dataclass(frozen=True)
class Stack(Picture):
    """Layers over time: which state goes where, where h_n is taken, which lines are `out`; cut in two, or whole."""

    layers: int
    both: bool
    cut: bool

    size = (9.0, 4.6)
    STEPS, FIRST = 7, 2  # steps in all, and in the first piece

    @property
    def lines(self):
        """[(layer, whether it reads backwards)] from the bottom to the top, as h_n stacks them."""
        return [(layer, back) for layer in range(self.layers) for back in ((False, True) if self.both else (False,))]

    @property
    def title(self):
        layers = ("One layer", "Two layers", "Three layers")[self.layers - 1]
        ways = "both directions" if self.both else "one direction"
        return f"{layers}, {ways}, {f'cut after {self.FIRST} steps' if self.cut else f'{self.STEPS} steps'}"

    def axes(self, ax):
        ax.set(xlim=(-2.9, 10.1), ylim=(len(self.lines) - 7.35, len(self.lines) + 1.1))
        ax.set_axis_off()

    def draw(self, ax):
        write(ax, -2.85, len(self.lines) + 0.7, self.title, LARGE, ha="left")
        for t in range(self.STEPS):
            write(ax, t + 0.5, -0.45, f"x{t}", TEXT, GREY)
        write(ax, -2.85, -0.45, "input, read by layer 0", SMALL, GREY, ha="left")
        write(ax, 3.5, -1.05, "time →", SMALL, GREY)
        for k, (layer, back) in enumerate(self.lines):
            self.draw_line(ax, k, layer, back)
        if self.cut:
            ax.plot([self.FIRST] * 2, [-0.8, len(self.lines) + 0.1], color=FAINT, linewidth=1.5, linestyle="--")

    def draw_line(self, ax, k, layer, back):
        top = layer == self.layers - 1
        write(ax, -2.85, k + 0.5, f"layer {layer}, {'backward ←' if back else 'forward →'}", SMALL, INK, ha="left")
        for t in range(self.STEPS):
            ax.fill(*box((t + 0.17, k + 0.5), (t + 0.83, k + 0.5), 0.84), fc=SKY if top else PALE, ec=FAINT)
            write(ax, t + 0.5, k + 0.5, "h, c" if not top else "out", SMALL, INK if top else GREY)
        for t in range(1, self.STEPS):
            at_cut = self.cut and t == self.FIRST
            mark, color = verdict(self.as_uncut(layer, back)) if at_cut else ("", GREY)
            start, end = (t + 0.18, t - 0.18) if back else (t - 0.18, t + 0.18)
            look = {"arrowstyle": "-|>", "color": color, "linewidth": 2, "shrinkA": 0, "shrinkB": 0}
            ax.annotate("", (end, k + 0.45), (start, k + 0.45), arrowprops=look)
            write(ax, t, k + 0.8, mark, TEXT, color, weight="bold")
        end = 0 if back else self.STEPS - 1
        ax.fill(*box((end + 0.17, k + 0.5), (end + 0.83, k + 0.5), 0.84), fill=False, ec=HIDDEN, lw=4, zorder=3)
        write(ax, 7.25, k + 0.5, f"h_n[{k}]: after x{end}", SMALL, HIDDEN, ha="left")

    def as_uncut(self, layer, back):
        """Whether a line, cut and carried on, gives what it gives uncut: nothing that it reads comes from behind."""
        return not self.both or (layer == 0 and not back)

    def says(self):
        count = len(self.lines)
        ends = f"forward at step {self.STEPS - 1}" + (", backward at step 0" if self.both else "")
        stacked = f"h_n stacks {count} final {'state' if count == 1 else 'states'}, {ends}"
        halves = ", both halves side by side" if self.both else ""
        lost = "only layer 0 forward is as if uncut: a backward state would have to come from behind the cut"
        lost += ", and what is above reads both directions" * (self.layers > 1)
        cut = f" Carried on, {lost if self.both else 'all is as if uncut'}." if self.cut else ""
        return f"{self.title}: {stacked}; out is layer {self.layers - 1}{halves}.{cut}"


@explorer(layers=(1, 2, 3), both=(False, True), cut=(False, True))
def stack(layers=2, both=True, cut=False):
    """A stacked LSTM over seven steps, in one direction or in both, whole or cut in two."""
    return Stack(layers, both, cut)


# --- exercises -------------------------------------------------------------------------------------------------------


def any_step(order="ifgo", candidate=np.tanh, shown=lambda c, old: np.tanh(c), kept=lambda h, c: c, reads_h=1, bias=1):
    """A step (params, x, h, c) -> (h, c), right as it stands, with places to go wrong in."""

    def wrong_step(params, x, h, c):
        z = x @ params.weight_ih.T + reads_h * h @ params.weight_hh.T + bias * params.bias
        z = dict(zip(order, np.split(z, 4, axis=1), strict=True))
        new = sigmoid(z["f"]) * kept(h, c) + sigmoid(z["i"]) * candidate(z["g"])
        return sigmoid(z["o"]) * shown(new, c), new

    return wrong_step


def at_random(lanes, features, units):
    """params, x, h and c of these sizes, all numbers drawn at random."""
    rng = np.random.default_rng(4)
    params = Params(*map(rng.normal, (0, 0, 0), (1, 1, 1), ((4 * units, features), (4 * units, units), (4 * units,))))
    return params, *(rng.normal(size=(lanes, width)) for width in (features, units, units))


check_step = check(
    lambda params, x, h, c: step(params, x, State(h, c))[0],
    {
        "h and c are swapped: return h first.": lambda *given: any_step()(*given)[::-1],
        "The blocks are read in the order i, f, o, g; here it is i, f, g, o.": any_step(order="ifog"),
        "The blocks of i and f are swapped; the order is i, f, g, o.": any_step(order="figo"),
        "g went through the sigmoid; it goes through tanh, so that it can be negative.": any_step(candidate=sigmoid),
        "h is o times c: the tanh around c is missing.": any_step(shown=lambda c, old: c),
        "The bias is missing.": any_step(bias=0),
        "h was not read: the product with weight_hh is missing.": any_step(reads_h=0),
        "c was not kept: f times the old c is missing.": any_step(kept=lambda h, c: 0),
        "The old h was kept instead of the old c: f multiplies c.": any_step(kept=lambda h, c: h),
        "h is made from the old c; use the new one.": any_step(shown=lambda c, old: np.tanh(old)),
    },
    at_random(lanes=4, features=2, units=3),
    at_random(lanes=2, features=3, units=5),
    right="Right: your step is that of the package, to rounding.",
    otherwise="The numbers differ from those of the package. Check z first, then c, then h.",
    unset="Nothing to check yet: return the new h and the new c.",
)


def counted(x):
    """The ones of x so far, since the last -1."""
    counts = accumulate(x, lambda count, one: 0 if one == -1 else count + (one == 1), initial=0)
    return np.array([*counts][1:])


def cell_with(w, b):
    """x (T,) -> c after each step, of a cell of one unit with these weights of x and biases, for i, f, g and o."""
    params = Params(np.reshape(w, (4, 1)), np.zeros((4, 1)), np.asarray(b))
    return lambda x: run(params, np.reshape(x, (1, -1, 1))).c[0, :, 0]


def check_weights(answer):
    """answer: a function without arguments that returns (w, b), four numbers each."""
    return check_counts(lambda x: None if (got := answer()) is None else cell_with(*got)(x))


OTHER_WEIGHTS = {
    "c counts every step, and nothing wipes it: let x set two of the gates.": ([0, 0, 0, 0], [50, 50, 50, 0]),
    "c counts every step until a -1 comes: let x open the input gate.": ([0, 100, 0, 0], [50, 50, 50, 0]),
    "The ones are counted, but -1 wipes nothing: the forget gate never shuts.": ([100, 0, 0, 0], [-50, 50, 50, 0]),
    "c adds up x itself: -1 takes one off instead of wiping.": ([0, 0, 50, 0], [50, 50, 0, 0]),
    "-1 wipes c, but then -1 itself is written: shut the input gate there.": ([0, 100, 50, 0], [50, 50, 0, 0]),
    "A 0 wipes c as well: open the forget gate at 0.": ([100, 100, 0, 0], [-50, -50, 50, 0]),
    "The forget gate is turned round: it must shut at -1, not at 1.": ([100, -100, 0, 0], [-50, 50, 50, 0]),
    "-1 is counted and 1 wipes: turn both gates round.": ([-100, -100, 0, 0], [-50, 50, 50, 0]),
}
check_counts = check(
    counted,
    {sentence: cell_with(w, b) for sentence, (w, b) in OTHER_WEIGHTS.items()},
    (np.array([1, 0, 1, 1, -1, 0, 1, 0, -1, -1, 1, 1]),),
    right="Right: the input gate opens for a 1, the forget gate shuts at a -1. A reset can be written into the data.",
    otherwise="Take x = 1, 0 and -1 in turn: which gate must be open, which shut? Sums of 50 and -50 are enough.",
    unset="Nothing to check yet: return four weights and four biases.",
)
