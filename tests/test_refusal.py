"""Laws of refusals: the doors of series, layout and cell name the argument, what was expected, what came, the cure."""

import doctest
import re
from functools import partial
from importlib import import_module

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from problems import problem, refused

import lstm_demo as ld
from lstm_demo import refusal

P = problem()
(W_IH, W_HH, BIAS), (H, C) = P.params, P.state
weights, state, dstate = P.params._replace, P.state._replace, P.dstate._replace
TRACE = ld.run(P.params, P.x, **P.flags)
PAIR, THREES = ld.pad_right([1, 2]), ld.back_to_back([3, 3], lanes=1).windows(2)  # 0 1 | 2 0 | 1 2
ONES, TEXTS = [[1.0], [1.0, 2.0]], [["a"], ["b", "cd"]]
LATE = np.zeros((3, 8), bool)
LATE[0, 0] = LATE[1, 3] = True  # what lane 0 is given may be anything; for lane 1 the reset comes too late

DOORS = {  # what each takes
    "encode": (ld.encode, {"name": "A"}),
    "one_hot": (ld.one_hot, {"codes": [1, 2]}),
    "recall_first": (ld.recall_first, {"count": 2, "shortest": 1, "longest": 3, "seed": 0}),
    "running_parity": (ld.running_parity, {"count": 2, "shortest": 1, "longest": 3, "seed": 0}),
    "delayed_echo": (ld.delayed_echo, {"count": 2, "steps": 5, "lag": 1, "seed": 0}),
    "pad_left": (ld.pad_left, {"lengths": [2, 3], "width": 4}),
    "pad_right": (ld.pad_right, {"lengths": [2, 3], "width": None}),
    "back_to_back": (ld.back_to_back, {"lengths": [2, 3], "lanes": 2, "gap": 1}),
    "Layout": (ld.Layout, {"series": [[0, 0]], "step": [[0, 1]]}),
    "lay": (PAIR.lay, {"ragged": ONES, "fill": 0}),
    "unlay": (PAIR.unlay, {"grid": np.ones((2, 2))}),
    "windows": (PAIR.windows, {"width": 1}),
    "with_flag": (ld.with_flag, {"x": P.x, "mask": P.mask}),
    "ledger": (ld.ledger, {"windows": THREES, "carry": True, "detach": True}),
    "init_params": (ld.init_params, {"features": 1, "units": 2, "seed": 0, "forget_bias": 1.0}),
    "counting_params": (ld.counting_params, {"features": 1}),
    "run": (ld.run, {"params": P.params, "x": P.x, **P.flags}),
    "step": (ld.step, {"params": P.params, "x": P.x[:, 0], "state": P.state}),
    "backward": (ld.backward, {"params": P.params, "trace": TRACE, "dh": P.dh, "dstate": P.dstate}),
    # what the doors of other rooms are made of
    "number": (partial(refusal.number, "value"), {"value": 0.5}),
    "choice": (partial(refusal.choice, "value", options=["a", "b"]), {"value": "a"}),
    "kind": (partial(refusal.kind, "value", wanted=int, cure="count"), {"value": 1}),
    "function": (partial(refusal.function, "value"), {"value": len}),
    "several": (partial(refusal.several, "value"), {"value": [1]}),
    "numbers": (partial(refusal.numbers, "value", shape=(None, 2)), {"value": [[1, 2]]}),
    "flags": (partial(refusal.flags, "value", shape=(None,)), {"value": [True]}),
}


def but(array, value, *at):
    changed = np.array(array)
    changed[at] = value
    return changed


# --- each wrong thing has its sentence -------------------------------------------------------------------------------

SAY = {
    "whole": "{}: expected a whole number of at least {}, got {}; give an int",
    "seed": "seed: expected a whole number of at least 0, got {}; name a fixed seed, so that everyone sees the same",
    "order": "shortest: expected at most longest = 4, got 5; swap the two",
    "name": "name: expected a str of at least one character, got {}; type a name such as 'SNOWMAN'",
    "letter": "name[{}]: expected one of the 38 characters A-Z (or a-z), 0-9, space and hyphen-minus, got {}; "
    "leave it out or spell it, as Unicode's own names do",
    "no code": "codes: expected an array of ints 0..37, got {}; "
    "padding has no code: lay with fill=0 and let the mask leave it out",
    "no letter": "codes: expected an array of ints 0..37, got dtype {}; encode(name) turns letters into codes",
    "lengths": "lengths: expected a list of one length or more, got shape {}; give one for each series",
    "length": "lengths[{}]: expected a whole number of at least 1, got {}; "
    "count its steps, or leave an empty series out",
    "lanes": "lanes: expected at most {}, one for each series, got {}; ask for fewer, or no lane has work",
    "axes": "grid: expected a first two axes of {}, got {}; use the layout that laid it",
    "absurd": "{}: expected a grid of at most 268,435,456 cells, got {:,}; lay series in batches",
    "grid": "step: expected a (lanes, time) grid of whole numbers like series, -1 in the same cells, "
    "got {1} beside {0}; make both for the same cells",
    "ragged": "ragged: expected {}, got {}; {}",
    "fits": "ragged: expected series {} of shape {}, got {}; lay out the lengths of these series",
    "fill": "fill: expected one value that {} can hold, got {}; lay series of a dtype that can, as with .astype",
    "windows": "windows: expected {}, got {}; give layout.windows(width)",
    "flag": "{}: expected True or False, got {}; give True or False",
    "array": "{}: expected what NumPy can make one array of, got a ragged list; "
    "lay ragged series with a layout, or pass one at a time",
    "numbers": "{}: expected real numbers, got {}; give floats",
    "shape": "{}: expected shape {}, got {}; check the axes",
    "finite": "{}: expected finite values, got {}; mask such steps, or clean the data",
    "bool": "{0}: expected bool, got {1}; compare first, as in {0} == 1",
    "flags": "{}: expected shape {}, got {}; lay flags and x with one layout",
    "params": "params: expected a Params, got {}; see init_params",
    "rows": "params.weight_ih: expected 4H rows, H for each of i, f, g, o, got {}; stack the four blocks",
    "x": "x: expected at least one lane and one step, got shape {}; leave empty series out",
    "state": "{}: expected State(h, c), got {}; give both, or leave it out for zeros",
    "trace": "trace: expected the Trace of a run with these params, got one of {} features and {} units; "
    "give both of one run",
    "number": "value: expected a finite number above 0, got {}; 0.01 is usual",
    "tensor": "value: expected what NumPy can make one array of, got Tensor (Can't call numpy() on Tensor that "
    "requires grad. Use tensor.detach().numpy() instead.); convert it to an array first",
    "several": "value: expected a list of one or more, got {}; give a list",
}
TORN = "the windows of one layout in their order", "a series torn apart"
TOYS = ("recall_first", "running_parity")
EACH = [  # a door, what is wrong of what it is given, the sentence and what is said in it
    ("encode", {"name": ""}, "name", "''"),
    ("encode", {"name": None}, "name", None),
    ("encode", {"name": "A" * 199 + "_"}, "letter", 199, f"'_' in '{'A' * 59}...{'A' * 28}_'"),
    ("encode", {"name": "straße"}, "letter", 4, "'ß' in 'straße'"),  # str.upper would make two letters of it
    ("one_hot", {"codes": [[0, 1], [-1, 38]]}, "no code", "-1 at index [1, 0]"),
    ("one_hot", {"codes": [0, 38]}, "no code", "38 at index [1]"),
    ("one_hot", {"codes": [0.0]}, "no letter", "float64"),
    ("one_hot", {"codes": [[0, 1], [2]]}, "array", "codes"),
    *((toy, {"count": 0}, "whole", "count", 1, 0) for toy in (*TOYS, "delayed_echo")),
    *((toy, {"seed": None}, "seed", None) for toy in (*TOYS, "delayed_echo")),
    *((toy, {"shortest": 0}, "whole", "shortest", 1, 0) for toy in TOYS),
    *((toy, {"longest": 4.0}, "whole", "longest", 1, 4.0) for toy in TOYS),
    *((toy, {"shortest": 5, "longest": 4}, "order") for toy in TOYS),
    ("delayed_echo", {"steps": 0}, "whole", "steps", 1, 0),
    ("delayed_echo", {"lag": -1}, "lag: expected a whole number of at least 0, got -1; use 0 to echo the same step"),
    ("delayed_echo", {"lag": 5}, "lag: expected less than steps = 5, got 5; shorten the lag or lengthen the series"),
    ("pad_left", {"lengths": []}, "lengths", "(0,)"),
    ("pad_right", {"lengths": 3}, "lengths", "()"),
    ("back_to_back", {"lengths": [[1]]}, "lengths", "(1, 1)"),
    ("pad_right", {"lengths": [2, 0]}, "length", 1, 0),
    ("back_to_back", {"lengths": [-1]}, "length", 0, -1),
    ("pad_left", {"lengths": [1, 2.5, 3]}, "length", 1, 2.5),
    ("pad_left", {"lengths": [True, True]}, "length", 0, True),
    ("pad_left", {"lengths": ["2", "3"]}, "length", 0, "'2'"),
    ("back_to_back", {"lengths": [[1], [2, 3]]}, "array", "lengths"),
    ("pad_left", {"width": 2}, "whole", "width", 3, 2),
    ("pad_right", {"width": 2}, "whole", "width", 3, 2),
    ("back_to_back", {"lanes": 0}, "whole", "lanes", 1, 0),
    ("back_to_back", {"lanes": [5] * 99}, "whole", "lanes", 1, "[" + "5, " * 19 + "5,... " + "5, " * 9 + "5]"),
    ("back_to_back", {"lanes": 3}, "lanes", 2, 3),
    ("back_to_back", {"gap": -1}, "whole", "gap", 0, -1),
    ("pad_right", {"lengths": [2**62, 2**62]}, "absurd", "lengths", 2**63),
    ("pad_left", {"lengths": [2**70]}, "absurd", "lengths", 2**70),
    ("back_to_back", {"lengths": [2**28, 1]}, "absurd", "lengths", 2**28 + 1),
    ("pad_right", {"lengths": [1] * 9999 + [2**24]}, "absurd", "lengths", 10_000 * 2**24),  # as wide as the longest
    ("pad_left", {"width": 2**40}, "absurd", "width", 2**41),
    ("back_to_back", {"gap": 2**63}, "absurd", "gap", 2**64),
    ("back_to_back", {"lengths": [2**24] + [1] * 9999, "lanes": 9999}, "absurd", "lanes", 9999 * 2**24),
    ("Layout", {"step": [[0]]}, "grid", "int64 of shape (1, 2)", "int64 of shape (1, 1)"),
    ("Layout", {"step": [[0, -1]]}, "grid", "int64 of shape (1, 2)", "int64 of shape (1, 2)"),
    ("Layout", {"series": [[0.0, 0.0]]}, "grid", "float64 of shape (1, 2)", "int64 of shape (1, 2)"),
    ("Layout", {"series": [0], "step": [0]}, "grid", "int64 of shape (1,)", "int64 of shape (1,)"),
    ("Layout", {"series": [[0, 0], [1]]}, "array", "series"),
    ("lay", {"ragged": [[1.0]]}, "ragged", "2 series as in the layout", 1, "lay out the lengths of these"),
    ("lay", {"ragged": [[1.0], [1]]}, "fits", 1, (2,), (1,)),
    ("lay", {"ragged": [np.ones((1, 4)), np.ones((2, 3))]}, "fits", 1, (2, 4), (2, 3)),
    ("lay", {"ragged": [1.0, [1.0, 2.0]]}, "fits", 0, (1,), ()),
    ("lay", {"ragged": [[1.0], [1, 2]]}, "ragged", "series 1 of dtype float64", "int64", "give all series one dtype"),
    ("lay", {"ragged": None}, "ragged", "a list of one or more", None, "give a list"),
    ("lay", {"ragged": [[[1.0]], [[1.0], [2.0, 3.0]]]}, "array", "ragged[1]"),
    ("lay", {"ragged": [[1], [1, 2]], "fill": np.nan}, "fill", "int64", "nan"),
    ("lay", {"ragged": [np.ones(1, "u1"), np.ones(2, "u1")], "fill": -1}, "fill", "uint8", -1),
    ("lay", {"ragged": [[True], [True, False]], "fill": 2}, "fill", "bool", 2),
    ("lay", {"fill": "a"}, "fill", "float64", "'a'"),
    ("lay", {"fill": None}, "fill", "float64", None),
    ("lay", {"fill": [0, 1]}, "fill", "float64", "[0, 1]"),
    ("lay", {"ragged": TEXTS, "fill": "pad"}, "fill", "<U2", "'pad'"),
    ("lay", {"ragged": TEXTS, "fill": 1}, "fill", "<U2", 1),
    ("unlay", {"grid": np.ones((2, 3))}, "axes", (2, 2), (2, 3)),
    ("unlay", {"grid": [[1, 2], [3]]}, "array", "grid"),
    ("windows", {"width": 0}, "whole", "width", 1, 0),
    ("with_flag", {"x": np.ones((2, 1))}, "shape", "x", "(any, any, any)", "(2, 1)"),
    ("with_flag", {"x": [[["a"]]]}, "numbers", "x", "<U1"),
    ("with_flag", {"x": [[[1.0], [2.0, 3.0]]]}, "array", "x"),
    ("with_flag", {"mask": P.mask.astype(int)}, "bool", "mask", "int64"),
    ("with_flag", {"mask": P.mask.T}, "flags", "mask", (3, 8), (8, 3)),
    ("ledger", {"windows": []}, "windows", "a list of one or more", "[]"),
    ("ledger", {"windows": [PAIR, 1]}, "windows", "a Layout", "an int"),
    ("ledger", {"windows": [PAIR, *THREES]}, "windows", "layouts over the same lanes", "[1, 2] lanes"),
    ("ledger", {"windows": THREES[1::-1]}, "windows", *TORN),
    ("ledger", {"windows": [THREES[0], THREES[2]]}, "windows", *TORN),
    ("ledger", {"windows": [THREES[0], THREES[0]]}, "windows", *TORN),
    ("ledger", {"carry": "no"}, "flag", "carry", "'no'"),
    ("ledger", {"detach": 1}, "flag", "detach", 1),
    ("init_params", {"features": 0}, "whole", "features", 1, 0),
    ("init_params", {"units": True}, "whole", "units", 1, True),
    ("init_params", {"seed": -1}, "seed", -1),
    ("init_params", {"forget_bias": np.nan}, "finite", "forget_bias", "nan"),
    ("init_params", {"forget_bias": [1.0, 2.0]}, "shape", "forget_bias", "()", (2,)),
    ("counting_params", {"features": 0}, "whole", "features", 1, 0),
    ("run", {"params": tuple(P.params)}, "params", "a tuple"),
    ("step", {"params": None}, "params", "a NoneType"),
    ("backward", {"params": [*P.params]}, "params", "a list"),
    ("run", {"params": weights(weight_ih=np.ones((10, 2)))}, "rows", 10),
    ("run", {"params": weights(weight_ih=np.ones((0, 2)))}, "rows", 0),
    ("run", {"params": weights(weight_ih=BIAS)}, "shape", "params.weight_ih", "(any, any)", (12,)),
    ("run", {"params": weights(weight_hh=W_IH)}, "shape", "params.weight_hh", (12, 3), (12, 2)),
    ("run", {"params": weights(bias=BIAS[:1])}, "shape", "params.bias", (12,), (1,)),
    ("run", {"params": weights(weight_hh=but(W_HH, np.inf, 2, 1))}, "finite", "params.weight_hh", "inf at (2, 1)"),
    ("run", {"params": weights(bias=but(BIAS, -np.inf, 3))}, "finite", "params.bias", "-inf at (3,)"),
    ("run", {"x": P.x[0]}, "shape", "x", "(any, any, 2)", (8, 2)),
    ("run", {"x": P.x[..., :1]}, "shape", "x", "(any, any, 2)", (3, 8, 1)),
    ("run", {"x": [[[1.0, 2.0], [3.0]]]}, "array", "x"),
    ("run", {"x": P.x.astype(str)}, "numbers", "x", "<U32"),
    ("run", {"x": P.x[:, :0]}, "x", (3, 0, 2)),
    ("run", {"x": P.x[:0]}, "x", (0, 8, 2)),
    *(("run", {name: P.mask * 1.0}, "bool", name, "float64") for name in ("mask", "resets")),
    *(("run", {name: P.mask[0]}, "flags", name, (3, 8), (8,)) for name in ("mask", "resets")),
    ("run", {"mask": P.mask[:, :1]}, "flags", "mask", (3, 8), (3, 1)),
    ("run", {"state": H}, "state", "state", "ndarray"),
    ("run", {"state": (H, C, H)}, "state", "state", "tuple"),
    ("run", {"state": state(h=H[:2])}, "shape", "state.h", (3, 3), (2, 3)),
    ("run", {"state": state(c=C[:1])}, "shape", "state.c", (3, 3), (1, 3)),
    ("run", {"state": state(h=but(H, np.nan, [0, 1], 2)), "resets": LATE}, "finite", "state.h", "nan at (1, 2)"),
    ("run", {"state": state(c=but(C, np.inf, [0, 1], 0)), "resets": LATE}, "finite", "state.c", "inf at (1, 0)"),
    ("step", {"x": P.x}, "shape", "x", "(any, 2)", (3, 8, 2)),
    ("step", {"x": but(P.x[:, 0], np.inf, 2, 1)}, "finite", "x", "inf at (2, 1)"),
    ("step", {"x": P.x[:2, 0]}, "shape", "state.h", (2, 3), (3, 3)),
    ("step", {"state": state(c=but(C, np.nan, 0, 1))}, "finite", "state.c", "nan at (0, 1)"),
    ("backward", {"trace": TRACE.final}, "trace: expected a Trace, got a State; give what run returned"),
    ("backward", {"params": problem(features=1).params}, "trace", 2, 3),
    ("backward", {"params": problem(units=2).params}, "trace", 2, 3),
    ("backward", {"dh": P.dh[:, :7]}, "shape", "dh", (3, 8, 3), (3, 7, 3)),
    ("backward", {"dh": 1.0}, "shape", "dh", (3, 8, 3), ()),
    ("backward", {"dh": but(P.dh, np.nan, 2, 5, 1)}, "finite", "dh", "nan at (2, 5, 1)"),
    ("backward", {"dstate": P.dstate.h}, "state", "dstate", "ndarray"),
    ("backward", {"dstate": dstate(c=C[:2])}, "shape", "dstate.c", (3, 3), (2, 3)),
    ("backward", {"dstate": dstate(h=but(H, np.inf, 0, 0))}, "finite", "dstate.h", "inf at (0, 0)"),
    *(("number", {"value": odd}, "number", odd) for odd in (0, np.inf, True, [1.0])),
    ("choice", {"value": "c"}, "value: expected one of ['a', 'b'], got 'c'; take one of them"),
    ("kind", {"value": "a"}, "value: expected an int, got a str; count"),
    ("function", {"value": 3}, "value: expected a function, got 3; give a function"),
    *(("several", {"value": odd}, "several", odd) for odd in ((), {1})),
    ("several", {"value": "ab"}, "several", "'ab'"),
    ("numbers", {"value": [[1.0, -np.inf], [np.nan, 1.0]]}, "finite", "value", "-inf at (0, 1)"),
    ("numbers", {"value": np.ones((2, 3))}, "shape", "value", "(any, 2)", (2, 3)),
    ("flags", {"value": np.ones((2, 1), bool)}, "shape", "value", "(any,)", (2, 1)),
    ("numbers", {"value": torch.ones(1, requires_grad=True)}, "tensor"),
]


@pytest.mark.parametrize("case", EACH, ids=lambda case: f"{case[0]} {case[2][:20]}")
def test_refused_in_one_sentence_with_argument_expected_got_and_cure(case):
    door, wrong, said, *told = case
    call, good = DOORS[door]
    message = SAY[said].format(*told) if said in SAY else said
    refused(message, lambda: call(**(good | wrong)))


# --- and whatever is given -------------------------------------------------------------------------------------------

JUNK = [
    *(None, True, -1, 0, 3, 2.5, float("nan"), float("inf"), 1j, "a", "", b"a", len, range(3), {"h": 1}, object()),
    *([], [[]], [1, [2, 3]], ["a"], [None], [2.0, 3.0], [True, False], ()),
    *([5.5] * 99_999, "x" * 99_999, [["x" * 99] * 99] * 99, dict.fromkeys(range(99_999))),
    *(np.int8(3), np.array(3), np.array([]), np.zeros((2, 3)), np.zeros((0, 3)), np.full((2, 3, 1), np.nan)),
    *(np.ones((2, 3), bool), np.array(["a"]), np.array([None]), np.zeros((3, 8, 2, 1)), np.full((300, 300), 0.5)),
    *(torch.zeros(2, 3), torch.zeros(2, requires_grad=True), torch.ones(2, dtype=bool)),
    *(PAIR, P.params, P.state, TRACE, P.x[:, :7], P.mask[:2], P.dh * np.inf, ld.State(None, None)),
]


@pytest.mark.parametrize("name", DOORS)
@given(data=st.data())
def test_whatever_is_given_is_taken_or_refused_by_name_in_a_sentence(name, data):
    call, good = DOORS[name]
    spoilt = data.draw(st.sampled_from(sorted(good)))
    given = good | {spoilt: data.draw(st.sampled_from(JUNK))}
    said = f"{spoilt}: expected what it takes, got it; go on"
    try:
        call(**given)
    except ValueError as error:
        said = str(error)
    assert re.fullmatch(rf"({'|'.join(good)})[\w.\[\]]*: expected .+, got .+; .+", said, re.DOTALL), said
    assert len(said) < 300


def test_what_can_be_read_in_one_way_only_is_read():
    assert type(refusal.whole("it", np.uint8(3), at_least=3)) is int
    assert [refusal.flag("it", one) for one in (np.True_, False)] == [True, False]
    assert refusal.number("it", np.array(0.5)) == 0.5
    assert refusal.several("it", range(3)) == refusal.several("it", np.arange(3)) == [0, 1, 2]
    assert refusal.kind("it", True, int, "") is True
    assert refusal.function("it", len) is len
    assert refusal.choice("it", "a", ("a",)) == "a"
    assert refusal.numbers("it", [[True, 2]], (None, 2)).tolist() == [[1.0, 2.0]]
    assert np.isnan(refusal.numbers("it", np.nan, finite=False))
    assert refusal.numbers("it", np.float32([0.5])).dtype == np.float64
    assert refusal.short(np.float64(2)) == "2.0"


@pytest.mark.parametrize("room", ["refusal", "series", "layout", "cell"])
def test_the_examples_of_docstrings_come_out_as_written(room):
    found = doctest.testmod(import_module(f"lstm_demo.{room}"))
    assert found.attempted > found.failed == 0
