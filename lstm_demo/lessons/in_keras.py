"""10: which steps Keras takes for padding, what it puts out there, and what state it carries from call to call."""

import ast
import functools
import importlib.util
import os
from dataclasses import dataclass

import numpy as np

from ..check import check
from ..marks import GREY, LARGE, RAIL, SMALL, carried, here, reset, state, step, write
from ..show import Picture, Time, explorer

MISSING = (
    "Keras is not installed, so the cells of this lesson are skipped. Run `python -m pip install 'keras>=3.10'` in the "
    "environment that this notebook runs in, then restart the kernel. No other lesson needs it."
)
# What each call reads: two rows of three steps. 1 and 0 are real steps of one number, - is padding, which holds a 0.
SERIES = {"A": "11-", "B": "101", "C": "111", "D": "-11", "E": "1--", "F": "---"}
CALLS = "fit, epoch 1", "validation", "fit, epoch 2", "validation", "evaluate", "predict"
READ = "AB", "CD", "AB", "CD", "EF", "EF"
STEPS = 3
COLUMNS = STEPS * len(CALLS)
STATES = ("stateless", "stateful", "stateful, you reset")
ZEROS = "zero_output_for_mask"
MASKS = {"none": "no mask", "Masking": "Masking()", ZEROS: f"Masking(), {ZEROS}"}
GAIN = 0.05  # what each step adds to c: so little that h = tanh(c) can be read back


def need_keras():
    """Let Keras run on torch; where it is missing, say what to do and skip the cells that follow."""
    if importlib.util.find_spec("keras"):
        os.environ["KERAS_BACKEND"] = "torch"  # Keras looks at it once, when it is imported
        return
    from IPython import get_ipython

    if (shell := get_ipython()) is not None:
        print(MISSING)
        shell.ast_transformers[:] = [*(one for one in shell.ast_transformers if type(one) is not Skipped), Skipped()]


class Skipped(ast.NodeTransformer):
    """Every cell becomes an empty one."""

    def visit_Module(self, node):
        return ast.Module([], [])


def library():
    """Keras, on torch where nothing else was said before; it takes seconds to import."""
    os.environ.setdefault("KERAS_BACKEND", "torch")
    return importlib.import_module("keras")


# --- the six calls ----------------------------------------------------------------------------------------------------


def signs(names):
    """(2, 3) the steps of the two rows that a call reads, as they are written above."""
    return np.array([[*SERIES[name]] for name in names])


def counter(**options):
    """Keras' LSTM, two rows, with one unit that counts every step it reads: each adds GAIN to c."""
    lstm = library().layers.LSTM(1, return_sequences=True, **options)
    lstm.build((2, None, 1))
    lstm.set_weights([np.zeros((1, 4)), np.zeros((1, 4)), np.array([50, 50, np.arctanh(GAIN), 50])])
    return lstm


def held(lstm):
    """(2,) how many steps the state that a stateful counter keeps stands for."""
    return (np.asarray(lstm.states[1].value.detach().cpu())[:, 0] / GAIN).round().astype(int)


@functools.cache
def outputs(state, mask):
    """(counts (2, T), masked (2, T) bool) that Keras' own fit, evaluate and predict give, call beside call."""
    keras = library()
    # use_cudnn=False: without it fit fails on the torch back end of Keras 3.15.1, see the lesson
    lstm = counter(stateful=state != "stateless", use_cudnn=False, zero_output_for_mask=mask == ZEROS)
    masking, seen = keras.layers.Masking(), []

    class Note(keras.layers.Layer):
        """Notes what passes through it, and hands the mask on."""

        supports_masking = True

        def call(self, h):
            if h.device.type != "meta":  # where Keras only asks for shapes, before the first batch
                seen.append(h.detach().cpu().numpy()[..., 0])
            return h

    class Reset(keras.callbacks.Callback):
        """What a user has to write to have a fresh state in each call."""

        def on_epoch_begin(self, epoch, logs=None):
            lstm.reset_state()

        on_test_begin = on_predict_begin = lambda self, logs=None: lstm.reset_state()

    layers = [lstm, Note()] if mask == "none" else [masking, lstm, Note()]
    model = keras.Sequential([keras.Input(batch_shape=(2, STEPS, 1)), *layers])
    model.compile(keras.optimizers.SGD(0.0), "mse")  # a rate of 0: the weights stay as they are
    read = [(signs(names) == "1")[..., None].astype(float) for names in READ]
    train, validation, *_, test = read
    told = {"batch_size": 2, "verbose": 0, "callbacks": [Reset()] if state == STATES[2] else []}
    model.fit(train, train, epochs=2, shuffle=False, validation_data=(validation, validation), **told)
    model.evaluate(test, test, **told)
    model.predict(test, **told)
    masked = ~masking.compute_mask(np.concatenate(read, axis=1)).cpu().numpy() & (mask != "none")
    return np.arctanh(np.concatenate(seen, axis=1).astype(float)) / GAIN, masked


# --- the picture ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Board(Picture):
    """Two rows over six calls: what is read, which steps are masked, and the output at each, up to a moment in time.

    counts  (2, T) how many steps each output stands for        masked  (2, T) bool, by Keras
    time    steps that have been read, 0..T
    """

    state: str
    mask: str
    counts: np.ndarray
    masked: np.ndarray
    time: int

    left, above, gap, room = 1.75, 2.1, 0.25, 30  # squares: names, head, between calls; points: a square
    size = 9.0, (above + 2 * (1 + RAIL) + 0.2) * room / 72

    def axes(self, ax):
        wide, tall = (72 * side / self.room for side in self.size)
        ax.set(xlim=(-self.left, wide - self.left), ylim=(tall - self.above, -self.above))
        ax.set_axis_off()
        for call, name in enumerate(CALLS):
            write(ax, self.begin(STEPS * call) + STEPS / 2, -0.35, name, SMALL, GREY)

    def begin(self, t):
        """Where the square of a step begins."""
        return t + self.gap * (t // STEPS)

    def draw(self, ax):
        write(ax, 0.1 - self.left, 0.55 - self.above, self.title, LARGE, ha="left")
        for row in range(2):
            y = RAIL + row * (1 + RAIL)
            write(ax, 0.1 - self.left, y + 0.5, f"row {row}", SMALL, GREY, ha="left")
            for t in range(COLUMNS):
                self.draw_step(ax, row, t, y)
            if self.time:
                here(ax, self.begin(self.time - 1), y)

    def draw_step(self, ax, row, t, y):
        name, n, x = READ[t // STEPS][row], t % STEPS, self.begin(t)
        sign = SERIES[name][n]
        read = "—" if self.masked[row, t] else sign.replace("-", "0")
        step(ax, x, y, -1 if sign == "-" else [*SERIES].index(name), read)
        if t < self.time:
            state(ax, x, y, f"{self.shown[row, t]}", SMALL, self.wrong[row, t])
        if n == 0 and self.state == STATES[2]:
            reset(ax, x, y)
        elif t < self.time and (n or (t and self.state == STATES[1])):
            carried(ax, x, y, uninvited=n == 0)

    @property
    def shown(self):
        return self.counts.round().astype(int)

    @property
    def wrong(self):
        """(2, T) bool: an output at a real step that is not the number of real steps of its series so far."""
        real = [signs(names) != "-" for names in READ]
        alone = np.concatenate([steps.cumsum(axis=1) for steps in real], axis=1)
        return np.concatenate(real, axis=1) & (self.shown != alone)

    @property
    def title(self):
        return f"{self.state}, {MASKS[self.mask]}"

    def says(self):
        if not self.time:
            return f"{self.title}: nothing has been read yet; both rows begin from zeros."
        t = self.time - 1
        where = f"step {t % STEPS + 1} of call {t // STEPS + 1}, {CALLS[t // STEPS]}"
        wrong = int(self.wrong[:, : self.time].sum())
        put = f"row 0 puts out {self.shown[0, t]}, row 1 {self.shown[1, t]}"
        return f"{self.title}: {where}: {put}; {wrong or 'no'} real step{'s' * (wrong != 1)} wrong so far."


@explorer(state=STATES, mask=tuple(MASKS), time=Time(lambda **_: COLUMNS))
def board(state="stateful", mask="Masking", time=None):
    """Whether the layer is stateful, what masks the zeros, and how far the six calls have been read."""
    return Board(state, mask, *outputs(state, mask), time)


# --- the exercise -----------------------------------------------------------------------------------------------------


def weighted(weight):
    """An answer that takes the mean of the batches, each with a weight that its mask (B, T) gives."""
    return lambda losses, masks: np.average(losses, weights=[weight(mask) for mask in masks])


def masks_of(*batches):
    """Masks as they are drawn: a real step is #, padding is -."""
    return [np.array([[sign == "#" for sign in row] for row in batch]) for batch in batches]


check_whole_set = check(
    weighted(np.sum),
    {
        "This is the plain mean of the batches: few real steps count as much as many.": weighted(lambda mask: 1),
        "You weighted each batch by its number of rows, as `evaluate` does; rows differ in real steps.": weighted(len),
        "You weighted each batch by all its places, padding included.": weighted(np.size),
        "You weighted each batch by its padding: True is a real step.": weighted(lambda mask: (~mask).sum()),
        "You added the batches up: divide by something.": lambda losses, masks: np.sum(losses),
        "You undid the division of each batch, and did not divide again.": (
            lambda losses, masks: np.dot(losses, [mask.sum() for mask in masks])
        ),
    },
    ([2.0, 1.0, 5.0], masks_of(["####", "####", "##--"], ["#-"], ["###", "#--"])),
    ([3.0, 0.0, 1.0, 7.0], masks_of(["##"], ["--", "--"], ["#--", "###"], ["#####"])),
    right="Right: each batch counts as often as it has real steps.",
    otherwise="This is not the mean over all real steps. By what number did Keras divide in each batch?",
    unset="Nothing to check yet: return one number for the whole set.",
)
