"""Laws of refusals: the doors of series, layout and cell name the argument, what was expected, what came, the cure."""

import re

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from problems import problem, refused

import lstm_demo as ld
from lstm_demo import refusal

P = problem()
TRACE = ld.run(P.params, P.x, **P.flags)
PAIR, THREES = ld.pad_right([1, 2]), ld.back_to_back([3, 3], lanes=1).windows(2)  # 0 1 | 2 0 | 1 2
TOYS, FLAGS = (ld.recall_first, ld.running_parity, ld.delayed_echo), ("mask", "resets")
COUNT = "; count its steps, or leave an empty series out"
SEED = "; name a fixed seed, so that everyone sees the same"
SPELL = "0-9, space and hyphen-minus, got {}; leave it out or spell it, as Unicode's own names do"
ONE_ARRAY = "{}: expected what NumPy can make one array of, got a ragged list"
SAY = {
    "whole": "{}: expected a whole number of at least {}, got {}; give an int",
    "length": "lengths[{}]: expected a whole number of at least 1, got {}" + COUNT,
    "lengths": "lengths: expected a list of one length or more, got shape {}; give one for each series",
    "seed": "seed: expected a whole number of at least 0, got {}" + SEED,
    "shape": "{}: expected shape {}, got {}; check the axes",
    "fits": "ragged: expected series {} of shape {}, got {}; lay out the lengths of these series",
    "fill": "fill: expected one value that {} can hold, got {}; lay series of a dtype that can, as with .astype",
    "finite": "{}: expected finite values, got {}; mask such steps, or clean the data",
    "bool": "{0}: expected bool, got {1}; compare first, as in {0} == 1",
    "flags": "{}: expected shape {}, got {}; lay flags and x with one layout",
    "params": "params: expected a Params, got {}; see init_params",
    "rows": "params.weight_ih: expected 4H rows, H for each of i, f, g, o, got {}; stack the four blocks",
    "state": "{}: expected State(h, c), got {}; give both, or leave it out for zeros",
    "ragged": ONE_ARRAY + "; lay ragged series with a layout, or pass one at a time",
    "letter": "name[{}]: expected one of the 38 characters A-Z (or a-z), " + SPELL,
    "name": "name: expected a str of at least one character, got {}; type a name such as 'SNOWMAN'",
    "no code": "codes: expected an array of ints 0..37, got {}; "
    "padding has no code: lay with fill=0 and let the mask leave it out",
    "no letter": "codes: expected an array of ints 0..37, got dtype {}; encode(name) turns letters into codes",
    "grid": "step: expected a (lanes, time) grid of whole numbers like series, -1 in the same cells, "
    "got {1} beside {0}; make both for the same cells",
    "windows": "windows: expected {}, got {}; give layout.windows(width)",
    "x": "x: expected at least one lane and one step, got shape {}; leave empty series out",
    "number": "it: expected a finite number above 0, got {}; 0.01 is usual",
    "lanes": "lanes: expected at most {}, one for each series, got {}; ask for fewer, or no lane has work",
    "two axes": "grid: expected a first two axes of {}, got {}; use the layout that laid it",
    "torn": "windows: expected the windows of one layout in their order, got a series torn apart; "
    "give layout.windows(width)",
    "masked": "it: expected an array without a mask of its own, got a masked array; fill it first",
    "tensor": "it: expected what NumPy can make one array of, got Tensor (Can't call numpy() on "
    "Tensor that requires grad. Use tensor.detach().numpy() instead.); convert it to an array first",
    "trace": "trace: expected the Trace of a run with these params, got one of 2 features and 3 units; "
    "give both of one run",
}


def run(x=P.x, **flags):
    return ld.run(P.params, x, **flags)


def weights(**changed):
    return ld.run(P.params._replace(**changed), P.x)


def but(array, value, *at):
    changed = np.array(array)
    changed[at] = value
    return changed


def state(**changed):
    return P.state._replace(**changed)


def back(dh=P.dh, dstate=None, **changed):
    return ld.backward(problem(**changed).params, TRACE, dh, dstate)


RESETS = np.zeros((3, 8), bool)
RESETS[0, 0] = RESETS[1, 3] = True  # what lane 0 is given may be anything; for lane 1 the reset comes too late
ONES = np.ones(1), np.ones(2)
EACH = [  # what is said, or which of SAY with what in it; and a call
    # series
    (("name", "''"), lambda: ld.encode("")),
    (("name", "None"), lambda: ld.encode(None)),
    (("name", "[5, 5, 5, 5, 5, 5, ...]"), lambda: ld.encode([5] * 10_000)),
    (("letter", 99, f"'_' in '{'A' * 27}...{'A' * 27}_'"), lambda: ld.encode("A" * 99 + "_")),
    (("letter", 3, "'é' in 'café'"), lambda: ld.encode("café")),
    (("letter", 4, "'ß' in 'straße'"), lambda: ld.encode("straße")),  # str.upper would make two letters of it
    (("no code", "38 at index [1]"), lambda: ld.one_hot([0, 38])),
    (("no code", "-1 at index [1, 0]"), lambda: ld.one_hot([[0, 1], [-1, 38]])),
    (("no letter", "float64"), lambda: ld.one_hot([0.0, 1.0])),
    (("no letter", "bool"), lambda: ld.one_hot([True])),
    (("ragged", "codes"), lambda: ld.one_hot([[0, 1], [2]])),
    (("whole", "steps", 1, 0), lambda: ld.delayed_echo(3, 0, 0)),
    (
        "lag: expected a whole number of at least 0, got -1; use 0 to echo the same step",
        lambda: ld.delayed_echo(1, 5, -1),
    ),
    (
        "lag: expected less than steps = 5, got 5; shorten the lag or lengthen the series",
        lambda: ld.delayed_echo(3, 5, 5),
    ),
    *((("whole", "count", 1, 0), lambda toy=toy: toy(0, 2, 2)) for toy in TOYS),
    *((("seed", None), lambda toy=toy: toy(1, 2, 2 - (toy is ld.delayed_echo), seed=None)) for toy in TOYS),
    *((("whole", "shortest", 1, 0), lambda toy=toy: toy(3, 0, 4)) for toy in TOYS[:2]),
    *((("whole", "longest", 1, 4.0), lambda toy=toy: toy(3, 1, 4.0)) for toy in TOYS[:2]),
    *(
        ("shortest: expected at most longest = 4, got 5; swap the two", lambda toy=toy: toy(3, 5, 4))
        for toy in TOYS[:2]
    ),
    # layout: where series are placed
    (("lengths", "(0,)"), lambda: ld.pad_left([])),
    (("lengths", "()"), lambda: ld.pad_right(3)),
    (("lengths", "(1, 1)"), lambda: ld.back_to_back([[1]], 1)),
    (("length", 1, 0), lambda: ld.pad_right([2, 0])),
    (("length", 0, -1), lambda: ld.back_to_back([-1], 1)),
    (("length", 1, 2.5), lambda: ld.pad_left([1, 2.5, 3])),
    (("length", 1, True), lambda: ld.pad_left([2, True])),
    (("length", 0, "True"), lambda: ld.pad_left((np.True_, 2))),
    (("length", 0, "'2'"), lambda: ld.pad_left(["2", "3"])),
    (("ragged", "lengths"), lambda: ld.back_to_back([[1], [2, 3]], 1)),
    (("whole", "width", 3, 2), lambda: ld.pad_left([1, 3], width=2)),
    (("whole", "width", 3, 2), lambda: ld.pad_right([3], width=2)),
    (("whole", "lanes", 1, 0), lambda: ld.back_to_back([1], 0)),
    (("whole", "lanes", 1, "[5, 5, 5, 5, 5, 5, ...]"), lambda: ld.back_to_back([1], [5] * 1000)),
    (("lanes", 2, 3), lambda: ld.back_to_back([1, 2], 3)),
    (("whole", "gap", 0, -1), lambda: ld.back_to_back([1], 1, gap=-1)),
    (("whole", "width", 1, 0), lambda: PAIR.windows(0)),
    (("grid", "int64 of shape (1, 2)", "int64 of shape (1, 1)"), lambda: ld.Layout([[0, 0]], [[0]])),
    (("grid", "int64 of shape (1, 2)", "int64 of shape (1, 2)"), lambda: ld.Layout([[0, -1]], [[0, 1]])),
    (("grid", "float64 of shape (1, 1)", "int64 of shape (1, 1)"), lambda: ld.Layout([[0.0]], [[0]])),
    (("grid", "int64 of shape (1,)", "int64 of shape (1,)"), lambda: ld.Layout([0], [0])),
    (("grid", "int64 of shape (1, 0)", "int64 of shape (1, 0)"), lambda: ld.Layout(*np.zeros((2, 1, 0), int))),
    # layout: there and back
    ("ragged: expected 2 series as in the layout, got 1; lay out the lengths of these", lambda: PAIR.lay([ONES[0]])),
    (("fits", 1, (2,), (1,)), lambda: PAIR.lay([ONES[0]] * 2)),
    (("fits", 1, (2, 4), (2, 3)), lambda: PAIR.lay([np.ones((1, 4)), np.ones((2, 3))])),
    (("fits", 0, (1,), ()), lambda: PAIR.lay([1.0, ONES[1]])),
    (
        "ragged: expected series 1 of dtype float64, got int64; give all series one dtype",
        lambda: PAIR.lay([[1.0], [1, 2]]),
    ),
    ("ragged: expected a list of one or more, got None; give a list", lambda: PAIR.lay(None)),
    (("ragged", "ragged[1]"), lambda: PAIR.lay([[[1.0]], [[1.0], [2.0, 3.0]]])),
    (("fill", "int64", "nan"), lambda: PAIR.lay([[1], [1, 2]], fill=np.nan)),
    (("fill", "uint8", -1), lambda: PAIR.lay([one.astype("u1") for one in ONES], fill=-1)),
    (("fill", "bool", 2), lambda: PAIR.lay([[True], [True, False]], fill=2)),
    (("fill", "float64", "'a'"), lambda: PAIR.lay(ONES, fill="a")),
    (("fill", "float64", "None"), lambda: PAIR.lay(ONES, fill=None)),
    (("fill", "float64", "[0, 1]"), lambda: PAIR.lay(ONES, fill=[0, 1])),
    (("fill", "<U2", "'pad'"), lambda: PAIR.lay([["a"], ["b", "cd"]], fill="pad")),
    (("fill", "<U1", 1), lambda: PAIR.lay([["a"], ["b", "c"]], fill=1)),
    (("two axes", (2, 2), (2, 3)), lambda: PAIR.unlay(np.ones((2, 3)))),
    (("ragged", "grid"), lambda: PAIR.unlay([[1, 2], [3]])),
    (("shape", "x", "(any, any, any)", "(2, 1)"), lambda: ld.with_flag(np.ones((2, 1)), np.ones((2, 1), bool))),
    ("x: expected real numbers, got <U1; give floats", lambda: ld.with_flag([[["a"]]], [[False]])),
    (("bool", "mask", "int64"), lambda: ld.with_flag(np.ones((1, 2, 1)), [[1, 0]])),
    (("flags", "mask", (1, 2), (2, 1)), lambda: ld.with_flag(np.ones((1, 2, 1)), [[True]] * 2)),
    # layout: the ledger
    (("windows", "a list of one or more", "[]"), lambda: ld.ledger([])),
    (("windows", "layouts", "['Layout', 'int']"), lambda: ld.ledger([PAIR, 1])),
    (("windows", "layouts over the same lanes", "[2, 1] lanes"), lambda: ld.ledger([PAIR, ld.pad_left([1])])),
    (("torn",), lambda: ld.ledger(ld.pad_left([4]).windows(2)[::-1])),
    (("torn",), lambda: ld.ledger(THREES[::-1])),
    (("torn",), lambda: ld.ledger([THREES[0], THREES[2]])),
    (("torn",), lambda: ld.ledger([THREES[0], THREES[0]])),
    ("carry: expected True or False, got 'no'; give True or False", lambda: ld.ledger(THREES, carry="no")),
    ("detach: expected True or False, got 1; give True or False", lambda: ld.ledger(THREES, detach=1)),
    # cell: weights
    (("params", "a tuple"), lambda: ld.run(tuple(P.params), P.x)),
    (("params", "a NoneType"), lambda: ld.backward(None, TRACE, P.dh)),
    (("params", "a list"), lambda: ld.step([*P.params], P.x[:, 0], P.state)),
    (("rows", 10), lambda: weights(weight_ih=np.ones((10, 2)))),
    (("rows", 0), lambda: weights(weight_ih=np.ones((0, 2)))),
    (("shape", "params.weight_ih", "(any, any)", "(12,)"), lambda: weights(weight_ih=np.ones(12))),
    (("shape", "params.weight_hh", (12, 3), (12, 4)), lambda: weights(weight_hh=np.ones((12, 4)))),
    (("shape", "params.bias", (12,), (1,)), lambda: weights(bias=np.ones(1))),
    (("finite", "params.weight_ih", "nan at (2, 1)"), lambda: weights(weight_ih=but(P.params.weight_ih, np.nan, 2, 1))),
    (("finite", "params.weight_hh", "inf at (0, 0)"), lambda: weights(weight_hh=but(P.params.weight_hh, np.inf, 0, 0))),
    (("finite", "params.bias", "-inf at (3,)"), lambda: weights(bias=but(P.params.bias, -np.inf, 3))),
    (("whole", "features", 1, 0), lambda: ld.init_params(0, 1)),
    (("whole", "units", 1, True), lambda: ld.init_params(1, True)),
    (("seed", -1), lambda: ld.init_params(1, 1, seed=-1)),
    (("finite", "forget_bias", "nan"), lambda: ld.init_params(1, 1, forget_bias=np.nan)),
    (("shape", "forget_bias", "()", (2,)), lambda: ld.init_params(1, 1, forget_bias=[1.0, 2.0])),
    (("whole", "features", 1, 0), lambda: ld.counting_params(0)),
    # cell: what is read
    (("shape", "x", "(any, any, 2)", (8, 2)), lambda: run(P.x[0])),
    (("shape", "x", "(any, any, 2)", (3, 8, 1)), lambda: run(P.x[..., :1])),
    (("shape", "x", "(any, any, 1)", (1, 2, 3)), lambda: ld.run(ld.counting_params(), np.zeros((1, 2, 3)))),
    (("ragged", "x"), lambda: run([[[1.0, 2.0], [3.0]]])),
    ("x: expected real numbers, got complex128; give floats", lambda: run(P.x + 0j)),
    (("x", (3, 0, 2)), lambda: run(P.x[:, :0])),
    (("x", (0, 8, 2)), lambda: run(P.x[:0])),
    (("finite", "x", "nan at (1, 2, 0)"), lambda: run(but(P.x, np.nan, 1, 2, 0))),
    *((("bool", name, "int64"), lambda name=name: run(**{name: P.mask.astype(int)})) for name in FLAGS),
    *((("bool", name, "float64"), lambda name=name: run(**{name: P.mask * 1.0})) for name in FLAGS),
    *((("flags", name, (3, 8), (8,)), lambda name=name: run(**{name: P.mask[0]})) for name in FLAGS),
    *((("flags", name, (3, 8), (3, 8, 1)), lambda name=name: run(**{name: P.mask[..., None]})) for name in FLAGS),
    (("state", "state", "ndarray"), lambda: run(state=P.state.h)),
    (("state", "state", "tuple"), lambda: run(state=(*P.state, P.state.h))),
    (("shape", "state.h", (3, 3), (2, 3)), lambda: run(state=state(h=P.state.h[:2]))),
    (("shape", "state.c", (3, 3), (1, 3)), lambda: run(state=state(c=P.state.c[:1]))),
    (("finite", "state.h", "nan at (1, 2)"), lambda: run(state=state(h=but(P.state.h, np.nan, 1, 2)))),
    (
        ("finite", "state.c", "inf at (1, 0)"),
        lambda: run(state=state(c=but(P.state.c, np.inf, [0, 1], 0)), resets=RESETS),
    ),
    (("shape", "x", "(any, 2)", (3, 8, 2)), lambda: ld.step(P.params, P.x, P.state)),
    (("finite", "x", "inf at (2, 1)"), lambda: ld.step(P.params, but(P.x[:, 0], np.inf, 2, 1), P.state)),
    (("shape", "state.h", (2, 3), (3, 3)), lambda: ld.step(P.params, P.x[:2, 0], P.state)),
    (
        ("finite", "state.c", "nan at (0, 1)"),
        lambda: ld.step(P.params, P.x[:, 0], state(c=but(P.state.c, np.nan, 0, 1))),
    ),
    # cell: backward
    ("trace: expected a Trace, got a State; give what run returned", lambda: ld.backward(P.params, TRACE.final, P.dh)),
    (("trace",), lambda: back(features=1)),
    (("trace",), lambda: back(P.dh[..., :2], units=2)),
    (("shape", "dh", (3, 8, 3), (3, 7, 3)), lambda: back(P.dh[:, :7])),
    (("shape", "dh", (3, 8, 3), ()), lambda: back(1.0)),
    (("finite", "dh", "nan at (2, 5, 1)"), lambda: back(but(P.dh, np.nan, 2, 5, 1))),
    (("state", "dstate", "ndarray"), lambda: back(dstate=P.dstate.h)),
    (("shape", "dstate.c", (3, 3), (2, 3)), lambda: back(dstate=P.dstate._replace(c=P.dstate.c[:2]))),
    (("finite", "dstate.h", "inf at (0, 0)"), lambda: back(dstate=P.dstate._replace(h=but(P.dstate.h, np.inf, 0, 0)))),
    # what the doors are made of
    (("whole", "it", 2, "3.0"), lambda: refusal.whole("it", 3.0, at_least=2)),
    (("whole", "it", 2, "1"), lambda: refusal.whole("it", np.int8(1), at_least=2)),
    (("number", "0"), lambda: refusal.number("it", 0)),
    (("number", "inf"), lambda: refusal.number("it", np.inf)),
    (("number", "True"), lambda: refusal.number("it", True)),
    (("number", "[1.0]"), lambda: refusal.number("it", [1.0])),
    ("it: expected one of ['a', 'b'], got 'c'; take one of them", lambda: refusal.choice("it", "c", ["a", "b"])),
    ("it: expected one of [1], got 1; take one of them", lambda: refusal.choice("it", 1, [1])),
    ("it: expected an int, got a str; count", lambda: refusal.kind("it", "a", int, "count")),
    ("it: expected a function, got 3; give a function", lambda: refusal.function("it", 3)),
    *(
        (f"it: expected a list of one or more, got {got}; give a list", lambda odd=odd: refusal.several("it", odd))
        for got, odd in (("'ab'", "ab"), ("()", ()), ("{1}", {1}), ("array(3)", np.array(3)))
    ),
    (("finite", "it", "nan"), lambda: refusal.numbers("it", np.nan)),
    (("finite", "it", "-inf at (1,)"), lambda: refusal.numbers("it", [1.0, -np.inf, np.nan])),
    (("shape", "it", "(any, 2)", (2, 3)), lambda: refusal.numbers("it", np.ones((2, 3)), (None, 2))),
    (("shape", "it", "(any,)", (2, 1)), lambda: refusal.flags("it", np.ones((2, 1), bool), (None,))),
    (("masked",), lambda: refusal.array("it", np.ma.array([1, 2], mask=[False, True]))),
    (("tensor",), lambda: refusal.array("it", torch.ones(1, requires_grad=True))),
]
REFUSALS = [(said if isinstance(said, str) else SAY[said[0]].format(*said[1:]), call) for said, call in EACH]


@pytest.mark.parametrize(("message", "call"), REFUSALS)
def test_refused_in_one_sentence_with_argument_expected_got_and_cure(message, call):
    refused(message, call)
    assert len(message) < 240


# --- however long, and what is taken ---------------------------------------------------------------------------------

LONG = {
    "list": [5.5] * 100_000,
    "str": "x" * 100_000,
    "nested": [[[["x" * 100] * 100] * 10] * 10] * 10,
    "dict": dict.fromkeys(range(100_000)),
    "array": np.full((300, 300), 0.5),
    "tensor": torch.full((300, 300), 0.5),
}
READERS = {
    "whole": lambda value: refusal.whole("it", value, at_least=1),
    "random_seed": lambda value: refusal.random_seed("it", value),
    "number": lambda value: refusal.number("it", value),
    "flag": lambda value: refusal.flag("it", value),
    "kind": lambda value: refusal.kind("it", value, ld.Layout, "give a layout"),
    "choice": lambda value: refusal.choice("it", value, ["a"]),
    "function": lambda value: refusal.function("it", value),
    "several": lambda value: refusal.several("it", {"of": value}),
    "numbers": lambda value: refusal.numbers("it", value, (7,)),
    "flags": lambda value: refusal.flags("it", value, (7,)),
}


@pytest.mark.parametrize("value", LONG.values(), ids=LONG)
@pytest.mark.parametrize("read", READERS.values(), ids=READERS)
def test_a_refusal_stays_a_sentence_however_long_what_was_given(read, value):
    with pytest.raises(ValueError, match=r"(?s)^it: expected .+, got .+; .{,60}$") as caught:
        read(value)
    assert len(str(caught.value)) < 300


def test_what_can_be_read_in_one_way_only_is_read():
    assert type(refusal.whole("it", np.uint8(3), at_least=3)) is int
    assert [refusal.flag("it", one) for one in (np.True_, False)] == [True, False]
    assert refusal.number("it", np.array(0.5)) == 0.5
    assert refusal.choice("it", "a", ("a",)) == "a"
    assert refusal.several("it", range(3)) == refusal.several("it", np.arange(3)) == [0, 1, 2]
    assert refusal.kind("it", True, int, "") is True
    assert refusal.function("it", len) is len
    assert refusal.numbers("it", [[True, 2]], (None, 2)).tolist() == [[1.0, 2.0]]
    assert np.isnan(refusal.numbers("it", np.nan, finite=False))
    assert refusal.numbers("it", np.float32([0.5])).dtype == np.float64
    assert refusal.array("it", np.ma.array([1, 2])).tolist() == [1, 2]


# --- whatever is given -----------------------------------------------------------------------------------------------

DOORS = {
    "pad_left": (ld.pad_left, {"lengths": [2, 3], "width": 4}),
    "pad_right": (ld.pad_right, {"lengths": [2, 3], "width": 4}),
    "back_to_back": (ld.back_to_back, {"lengths": [2, 3], "lanes": 2, "gap": 1}),
    "Layout": (ld.Layout, {"series": PAIR.series, "step": PAIR.step}),
    "lay": (PAIR.lay, {"ragged": [[1.0], [2.0, 3.0]], "fill": 0}),
    "unlay": (PAIR.unlay, {"grid": np.ones((2, 2))}),
    "windows": (PAIR.windows, {"width": 1}),
    "with_flag": (ld.with_flag, {"x": P.x, "mask": P.mask}),
    "ledger": (ld.ledger, {"windows": THREES, "carry": True, "detach": True}),
    "run": (ld.run, {"params": P.params, "x": P.x, **P.flags}),
    "step": (ld.step, {"params": P.params, "x": P.x[:, 0], "state": P.state}),
    "backward": (ld.backward, {"params": P.params, "trace": TRACE, "dh": P.dh, "dstate": P.dstate}),
    "init_params": (ld.init_params, {"features": 1, "units": 2, "seed": 0, "forget_bias": 1.0}),
    "counting_params": (ld.counting_params, {"features": 1}),
    "recall_first": (ld.recall_first, {"count": 2, "shortest": 1, "longest": 3, "seed": 0}),
    "delayed_echo": (ld.delayed_echo, {"count": 2, "steps": 3, "lag": 1, "seed": 0}),
    "running_parity": (ld.running_parity, {"count": 2, "shortest": 1, "longest": 3, "seed": 0}),
    "encode": (ld.encode, {"name": "A"}),
    "one_hot": (ld.one_hot, {"codes": [1, 2]}),
}
JUNK = [
    *(None, True, -1, 0, 1, 3, 2.5, float("nan"), float("inf"), 1j, "a", "", b"a", len, range(3), slice(None)),
    *([], [[]], [1, [2, 3]], ["a"], [None], [2.0, 3.0], [True, False], (), {}, {"h": 1}, {2, 3}, object()),
    *(np.int8(3), np.array(3), np.array([]), np.zeros((2, 3)), np.zeros((0, 3)), np.full((2, 3, 1), np.nan)),
    *(np.ones((2, 3), bool), np.array(["a"]), np.array([None]), np.array([1, 2], "M8[s]"), np.zeros((3, 8, 2, 1))),
    *(
        np.ma.array([2, 3], mask=[0, 1]),
        torch.zeros(2, 3),
        torch.zeros(2, requires_grad=True),
        torch.ones(2, dtype=bool),
    ),
    *(PAIR, P.params, P.state, TRACE, P.x[:, :7], P.mask[:2], P.dh * np.inf, ld.State(None, None)),
]


@pytest.mark.parametrize("name", DOORS)
@given(data=st.data())
def test_whatever_is_given_is_taken_or_refused_by_name(name, data):
    call, good = DOORS[name]
    spoilt = data.draw(st.sampled_from(sorted(good)))
    given = good | {spoilt: data.draw(st.sampled_from(JUNK))}
    said = f"{spoilt}: expected what it takes, got it; go on"
    try:
        call(**given)
    except ValueError as error:
        said = str(error)
    assert re.fullmatch(rf"({'|'.join(good)})[\w.\[\]]*: expected .+, got .+; .+", said, re.DOTALL), said
