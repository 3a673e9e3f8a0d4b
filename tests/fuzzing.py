"""How the fuzz spoils what a function is given, and what it may then answer: the right thing or a refusal by name.

A value is twisted (another dtype, order, rank, kind of array, one entry NaN) or replaced by something else altogether.
"""

import re
import signal
import threading
import warnings
from contextlib import contextmanager

import numpy as np
import torch
from hypothesis import strategies as st

import lstm_demo as ld

SECONDS = 5  # of processor time: an example that takes as long hangs; the slowest takes half a second
SENTENCE = 500  # characters; the longest of ours has 400
REFUSAL = re.compile(r"(?P<argument>[\w.\[\]]+): expected .+, got .+; .+", re.DOTALL)
REFUSED = object()


class Odd:
    """Something of no use to anybody."""

    def __repr__(self):
        return "an odd thing"


JUNK = [
    *(
        None,
        True,
        False,
        0,
        -1,
        1,
        2,
        7,
        2.0,
        2.5,
        -0.0,
        float("nan"),
        float("inf"),
        10**30,
        -(2**63),
        2**62,
        2**63,
        1j,
    ),
    *("", "abc", "3", "A", b"ab", [], (), {}, set(), [[]], [1, [2, 3]], ["a"], [None], [2.0, 3.0], [True, False]),
    *([None] * 1000, ["a"] * 1000, "ab" * 500),
    *([[True, False]], [2, -1], [2**62, 2**62], {"h": 1}, {2, 3}, range(3), slice(None), Odd(), Odd, len),
    *(np.int8(3), np.float16(2), np.bool_(True), np.array(3), np.array([]), np.zeros((0, 3)), np.zeros((2, 3))),
    *(np.zeros((2, 3, 1)), np.ones((2, 3), bool), np.zeros((2, 3), int), np.array([2, 3], object), np.array(["2"])),
    *(np.array([1, 2], "M8[s]"), np.array([1j]), np.array([2, 3], ">i8"), np.array([2, 3], np.uint64)),
    *(np.ma.array([2, 3], mask=[0, 1]), np.array([(1, 2)], "i4,i4"), np.full((2, 3, 1), np.nan)),
    *(torch.tensor(2), torch.tensor([2, 3]), torch.zeros(0), torch.zeros(2, 3), torch.zeros(2, 3, 1)),
    *(torch.zeros(2, requires_grad=True), torch.zeros(2, 3, dtype=torch.bfloat16), torch.ones(2, 3, dtype=torch.bool)),
    *(
        ld.pad_left([2, 3]),
        ld.State(None, None),
        ld.Params(None, None, None),
        torch.nn.LSTM(1, 2),
        torch.nn.Linear(1, 1),
    ),
]


def _planted(value, where=0):
    def plant(a):
        a = np.array(a, dtype=np.float64)
        a.flat[where % max(1, a.size)] = value
        return a

    return plant


ARRAY_TWISTS = [
    *(np.ndarray.tolist, tuple, list, torch.tensor, np.transpose, np.asfortranarray, np.ravel, np.squeeze, abs),
    *(lambda a, d=d: a.astype(d) for d in ("f2", "f4", "f8", ">f8", "i8", "i1", "u8", ">i4", "?", "O", "U8", "c16")),
    *(
        lambda a: a[None],
        lambda a: a[..., None],
        lambda a: a[0],
        lambda a: a[..., 0],
        lambda a: a[:-1],
        lambda a: a[:0],
    ),
    *(
        lambda a: a[..., :0],
        lambda a: a[..., :-1],
        lambda a: np.repeat(a, 2, axis=-1),
        lambda a: np.repeat(a, 2, axis=0),
    ),
    *(lambda a: np.repeat(a, 2, axis=-1)[..., ::2], lambda a: a[::-1], lambda a: -a, lambda a: ~a, lambda a: a + 0.5),
    *(lambda a: a * 1e300, lambda a: np.ma.array(a, mask=a == a), lambda a: np.asmatrix(a), memoryview, iter),
    *(lambda a: torch.tensor(a).requires_grad_(), lambda a: torch.tensor(a).float(), lambda a: torch.tensor(a)[None]),
    *map(_planted, (np.nan, np.inf, -np.inf, -1, 1e300)),
    *(_planted(np.nan, -1), _planted(0.5, -1)),
]
TENSOR_TWISTS = [
    *(torch.Tensor.numpy, torch.Tensor.tolist, tuple, torch.Tensor.half, torch.Tensor.float, torch.Tensor.double),
    *(torch.Tensor.int, torch.Tensor.bool, torch.Tensor.bfloat16, torch.Tensor.flatten, torch.Tensor.squeeze),
    *(
        lambda t: t[None],
        lambda t: t[..., None],
        lambda t: t[0],
        lambda t: t[:-1],
        lambda t: t[:0],
        lambda t: t[..., :-1],
    ),
    *(
        lambda t: t.transpose(0, -1),
        lambda t: t.repeat_interleave(2, -1)[..., ::2],
        lambda t: t.repeat_interleave(2, 0),
    ),
    *(lambda t: -t, lambda t: t + 100, lambda t: t.to("meta"), lambda t: t.double() * np.nan),
    *(lambda t: t.clone().requires_grad_(), lambda t: t[:0, ..., :0], lambda t: t[..., :0]),
]
LIST_TWISTS = [
    *(tuple, iter, set, lambda v: v[:-1], lambda v: v[:0], lambda v: [*v, v[0]], lambda v: v[::-1], lambda v: [v]),
    *(lambda v: dict(enumerate(v)), lambda v: np.array([*v, None], object)[:-1], lambda v: v[0], lambda v: v * 2),
    *(np.array, torch.tensor, lambda v: [*v[:-1], None], lambda v: torch.cat(v), np.concatenate),
]
TEXT_TWISTS = [str.lower, str.encode, list, lambda s: s + "é", lambda s: "", lambda s: s * 50, set]
NUMBER_TWISTS = [float, str, bool, np.array, torch.tensor, lambda n: [n], np.float32, complex, lambda n: -n, np.int16]


def twists(value):
    """What might be done to a value of this kind, each a function of it."""
    if isinstance(value, np.ndarray):
        return ARRAY_TWISTS
    if isinstance(value, torch.Tensor):
        return TENSOR_TWISTS
    if isinstance(value, tuple) and hasattr(value, "_fields"):
        return [tuple, list, type(value)._asdict, *(_in_field(name, value) for name in value._fields)]
    if isinstance(value, list | tuple):
        return [*LIST_TWISTS, *(_in_place(k, one) for k, one in enumerate(value))]
    if isinstance(value, str):
        return TEXT_TWISTS
    return NUMBER_TWISTS if isinstance(value, int | float) else []


def _in_field(name, value):
    def within(draw):
        return lambda v: v._replace(**{name: draw(spoilt(getattr(value, name)))})

    return _Within(within)


def _in_place(k, one):
    def within(draw):
        return lambda v: [*v[:k], draw(spoilt(one)), *v[k + 1 :]]

    return _Within(within)


class _Within:
    """A twist of a part, which draws in its turn."""

    def __init__(self, twist):
        self.twist = twist


@st.composite
def spoilt(draw, value):
    """The value twisted, or something else in its place; the value itself where a twist does not fit it."""
    options = twists(value)
    if not options or draw(st.integers(0, 2)) == 0:
        return draw(st.sampled_from(JUNK))
    twist = draw(st.sampled_from(options))
    twist = twist.twist(draw) if isinstance(twist, _Within) else twist
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        try:
            return twist(value)
        except Exception:
            return value


@st.composite
def calls(draw, good, fixed=()):
    """Arguments by name as `good` gives them, one or two of them spoilt; one time in four none."""
    given = dict(draw(good))
    free = sorted(set(given) - set(fixed))
    for _ in range(draw(st.sampled_from([0, 1, 1, 2])) if free else 0):
        name = draw(st.sampled_from(free))
        given[name] = _in_reason(name, draw(spoilt(given[name])))
    return given


# How often to do something, and how large to make it: a million times is what it says, and no fault.
TOIL = {"rounds", "epochs", "passes", "steps", "count", "seeds", "longest", "shortest", "most", "gap", "width", "lanes"}
TOIL |= {"units", "features", "hidden", "lag", "batch", "at_once", "pads", "kinds", "updates", "batches", "draws"}


def _in_reason(name, value):
    huge = isinstance(value, int) and name in TOIL and abs(value) > 100
    return 3 if huge else value


@contextmanager
def a_limit(seconds=SECONDS):
    """An example that hangs is stopped and fails; where there is no alarm, the suite's own limit has to do."""
    if not hasattr(signal, "SIGPROF") or threading.current_thread() is not threading.main_thread():
        yield
        return

    def ring(*_):
        raise TimeoutError(f"no answer in {seconds} seconds")

    old = signal.signal(signal.SIGPROF, ring)
    signal.setitimer(signal.ITIMER_PROF, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, old)


def print_of(value):
    """What a value is, to the last bit: two of these are equal if nothing has changed."""
    if isinstance(value, np.ndarray) and value is not np.ma.masked:
        bits = repr(value.tolist()) if value.dtype.hasobject else value.tobytes()
        return (type(value).__name__, value.dtype.str, value.shape, value.strides, value.flags.writeable, bits)
    if isinstance(value, torch.nn.Module):
        return type(value).__name__, value.training, print_of(dict(value.state_dict()))
    if isinstance(value, torch.Tensor):
        dense = value.device.type == "cpu"
        plain = value.detach().float() if value.dtype == torch.bfloat16 else value.detach()
        bits = plain.numpy().tobytes() if dense else b""
        return "tensor", str(value.dtype), tuple(value.shape), value.requires_grad, bits
    if isinstance(value, ld.Layout):
        return "Layout", print_of(value.series), print_of(value.step), value.count
    if isinstance(value, dict):
        return "dict", [(repr(key), print_of(one)) for key, one in value.items()]
    if isinstance(value, list | tuple):
        return type(value).__name__, [print_of(one) for one in value]
    return type(value).__name__, id(value) if callable(value) else repr(value)


def answer(call, given, names=()):
    """What the call returns, or REFUSED where it refused by name; nothing else may happen, and nothing be changed."""
    before = print_of(given)
    try:
        with a_limit():
            result = call(**given)
    except ValueError as error:
        said, result = str(error), REFUSED
    if result is REFUSED:
        told = REFUSAL.fullmatch(said)
        assert told, f"refused, but not by name: {said}"
        assert len(said) < SENTENCE, f"refused by more than a sentence: {said}"
        argument = re.split(r"[.\[]", told["argument"])[0]
        assert argument in {*given, *names}, f"refused by a name that was not given: {said}"
    assert print_of(given) == before, "an argument was changed"
    return result
