"""Laws of refusals: the doors of series, layout and cell name the argument, what was expected, what came, the cure."""

import doctest
import re
from importlib import import_module

import numpy as np
import pytest
import torch
from problems import problem

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
}


def but(array, value, *at):
    changed = np.array(array)
    changed[at] = value
    return changed


# --- each wrong thing has its sentence -------------------------------------------------------------------------------

LETTER = "one of the 38 characters A-Z (or a-z), 0-9, space and hyphen-minus"
ARRAY = "what NumPy can make one array of"
GRID = "a (lanes, time) grid of whole numbers like series, -1 in the same cells"
BLOCKS = "4H rows, H for each of i, f, g, o"
ITS_TRACE = "the Trace of a run with these params"
TENSOR = "Tensor (Can't call numpy() on Tensor that requires grad. Use tensor.detach().numpy() instead.)"
TOYS = ("recall_first", "running_parity", "delayed_echo")
EACH = [  # a door, what is wrong of what it is given, and what is said: the argument, what was expected, what came
    ("encode", {"name": ""}, "name", "a str of at least one character", "''"),
    ("encode", {"name": "A" * 199 + "_"}, "name[199]", LETTER, f"'_' in '{'A' * 59}...{'A' * 28}_'"),
    ("encode", {"name": "straße"}, "name[4]", LETTER, "'ß' in 'straße'"),  # str.upper would make two letters of it
    ("one_hot", {"codes": [[0, 1], [-1, 38]]}, "codes", "an array of ints 0..37", "-1 at index [1, 0]"),
    ("one_hot", {"codes": [0.0]}, "codes", "an array of ints 0..37", "dtype float64"),
    *((toy, {"count": 0}, "count", "a whole number of at least 1", 0) for toy in TOYS),
    *((toy, {"seed": None}, "seed", "a whole number of at least 0", None) for toy in TOYS),
    *((toy, {"shortest": 0}, "shortest", "a whole number of at least 1", 0) for toy in TOYS[:2]),
    *((toy, {"longest": 4.0}, "longest", "a whole number of at least 1", 4.0) for toy in TOYS[:2]),
    *((toy, {"shortest": 5, "longest": 4}, "shortest", "at most longest = 4", 5) for toy in TOYS[:2]),
    ("delayed_echo", {"steps": 0}, "steps", "a whole number of at least 1", 0),
    ("delayed_echo", {"lag": -1}, "lag", "a whole number of at least 0", -1),
    ("delayed_echo", {"lag": 5}, "lag", "less than steps = 5", 5),
    ("pad_left", {"lengths": []}, "lengths", "a list of one length or more", "shape (0,)"),
    ("back_to_back", {"lengths": [[1]]}, "lengths", "a list of one length or more", "shape (1, 1)"),
    ("pad_right", {"lengths": [2, 0]}, "lengths[1]", "a whole number of at least 1", 0),
    ("pad_left", {"lengths": [2, True]}, "lengths[1]", "a whole number of at least 1", True),
    ("pad_left", {"width": 2}, "width", "a whole number of at least 3", 2),
    ("back_to_back", {"lanes": 3}, "lanes", "at most 2, one for each series", 3),
    ("back_to_back", {"gap": -1}, "gap", "a whole number of at least 0", -1),
    ("Layout", {"step": [[0]]}, "step", GRID, "int64 of shape (1, 1) beside int64 of shape (1, 2)"),
    ("Layout", {"step": [[0, -1]]}, "step", GRID, "int64 of shape (1, 2) beside int64 of shape (1, 2)"),
    ("Layout", {"series": [[0.0, 0.0]]}, "step", GRID, "int64 of shape (1, 2) beside float64 of shape (1, 2)"),
    ("lay", {"ragged": [[1.0]]}, "ragged", "2 series as in the layout", 1),
    ("lay", {"ragged": [[1.0], [1]]}, "ragged", "series 1 of shape (2,)", (1,)),
    ("lay", {"ragged": [np.ones((1, 4)), np.ones((2, 3))]}, "ragged", "series 1 of shape (2, 4)", (2, 3)),
    ("lay", {"ragged": [[1.0], [1, 2]]}, "ragged", "series 1 of dtype float64", "int64"),
    ("lay", {"ragged": [[[1.0]], [[1.0], [2.0, 3.0]]]}, "ragged[1]", ARRAY, "a ragged list"),
    ("lay", {"ragged": [[1], [1, 2]], "fill": np.nan}, "fill", "one value that int64 can hold", "nan"),
    ("lay", {"fill": [0, 1]}, "fill", "one value that float64 can hold", "[0, 1]"),
    ("lay", {"ragged": TEXTS, "fill": "pad"}, "fill", "one value that <U2 can hold", "'pad'"),
    ("unlay", {"grid": np.ones((2, 3))}, "grid", "a first two axes of (2, 2)", (2, 3)),
    ("with_flag", {"mask": P.mask.astype(int)}, "mask", "bool", "int64"),
    ("with_flag", {"mask": P.mask.T}, "mask", "shape (3, 8)", (8, 3)),
    ("ledger", {"windows": [PAIR, 1]}, "windows", "a Layout", "an int"),
    ("ledger", {"windows": [PAIR, *THREES]}, "windows", "layouts over the same lanes", "[1, 2] lanes"),
    ("ledger", {"carry": "no"}, "carry", "True or False", "'no'"),
    ("ledger", {"detach": 1}, "detach", "True or False", 1),
    ("init_params", {"forget_bias": np.nan}, "forget_bias", "finite values", "nan"),
    ("init_params", {"forget_bias": [1.0, 2.0]}, "forget_bias", "shape ()", (2,)),
    ("counting_params", {"features": 0}, "features", "a whole number of at least 1", 0),
    ("run", {"params": tuple(P.params)}, "params", "a Params", "a tuple"),
    ("run", {"params": weights(weight_ih=np.ones((10, 2)))}, "params.weight_ih", BLOCKS, 10),
    ("run", {"params": weights(weight_ih=BIAS)}, "params.weight_ih", "shape (any, any)", (12,)),
    ("run", {"params": weights(weight_hh=W_IH)}, "params.weight_hh", "shape (12, 3)", (12, 2)),
    ("run", {"params": weights(bias=BIAS[:1])}, "params.bias", "shape (12,)", (1,)),
    ("run", {"params": weights(weight_hh=but(W_HH, np.inf, 2))}, "params.weight_hh", "finite values", "inf at (2, 0)"),
    ("run", {"x": P.x[..., :1]}, "x", "shape (any, any, 2)", (3, 8, 1)),
    ("run", {"x": P.x[:, :0]}, "x", "at least one lane and one step", "shape (3, 0, 2)"),
    *(("run", {name: P.mask * 1.0}, name, "bool", "float64") for name in ("mask", "resets")),
    *(("run", {name: P.mask[0]}, name, "shape (3, 8)", (8,)) for name in ("mask", "resets")),
    ("run", {"state": H}, "state", "State(h, c)", "ndarray"),
    ("run", {"state": (H, C, H)}, "state", "State(h, c)", "tuple"),
    ("run", {"state": state(h=H[:2])}, "state.h", "shape (3, 3)", (2, 3)),
    ("run", {"state": state(h=but(H, np.nan, [0, 1], 2)), "resets": LATE}, "state.h", "finite values", "nan at (1, 2)"),
    ("run", {"state": state(c=but(C, np.inf, [0, 1], 0)), "resets": LATE}, "state.c", "finite values", "inf at (1, 0)"),
    ("step", {"x": P.x}, "x", "shape (any, 2)", (3, 8, 2)),
    ("step", {"x": but(P.x[:, 0], np.inf, 2, 1)}, "x", "finite values", "inf at (2, 1)"),
    ("step", {"x": P.x[:2, 0]}, "state.h", "shape (2, 3)", (3, 3)),
    ("step", {"state": state(c=but(C, np.nan, 0, 1))}, "state.c", "finite values", "nan at (0, 1)"),
    ("backward", {"trace": TRACE.final}, "trace", "a Trace", "a State"),
    ("backward", {"params": problem(units=2).params}, "trace", ITS_TRACE, "one of 2 features and 3 units"),
    ("backward", {"dh": P.dh[:, :7]}, "dh", "shape (3, 8, 3)", (3, 7, 3)),
    ("backward", {"dh": but(P.dh, np.nan, 2, 5, 1)}, "dh", "finite values", "nan at (2, 5, 1)"),
    ("backward", {"dstate": dstate(c=C[:2])}, "dstate.c", "shape (3, 3)", (2, 3)),
    ("backward", {"dstate": dstate(h=but(H, np.inf, 0, 0))}, "dstate.h", "finite values", "inf at (0, 0)"),
    ("unlay", {"grid": torch.ones(1, requires_grad=True)}, "grid", ARRAY, TENSOR),
]


@pytest.mark.parametrize(("door", "wrong", "argument", "expected", "got"), EACH)
def test_refused_in_one_sentence_with_argument_expected_got_and_cure(door, wrong, argument, expected, got):
    call, good = DOORS[door]
    said = re.escape(f"{argument}: expected {expected}, got {got}; ")
    with pytest.raises(ValueError, match=rf"^{said}\w[^;]{{9,80}}$"):
        call(**(good | wrong))


JUNK = [
    *(None, True, 0, -1, 2.5, float("nan"), 1j, "a", len, {"h": 1}, object(), [], [1, [2, 3]], ["a"], [True, False]),
    *([5.5] * 9_999, "x" * 9_999, np.int8(3), np.array([]), np.full((2, 3, 1), np.nan), np.array([None])),
    *(torch.zeros(2, requires_grad=True), torch.ones(2, dtype=bool)),
    *(PAIR, P.params, TRACE, P.x[:, :7], P.mask[:2], P.dh * np.inf, ld.State(None, None)),
]


@pytest.mark.parametrize(("name", "spoilt"), [(name, spoilt) for name in DOORS for spoilt in DOORS[name][1]])
def test_whatever_is_given_is_taken_or_refused_by_name_in_a_sentence(name, spoilt):
    call, good = DOORS[name]
    for junk in JUNK:
        said = f"{spoilt}: expected what it takes, got it; go on"
        try:
            call(**(good | {spoilt: junk}))
        except ValueError as error:
            said = str(error)
        assert re.fullmatch(rf"({'|'.join(good)})([.\[][\w.\[\]]+)?: expected .+, got .+; .+", said, re.DOTALL), said
        assert len(said) < 300


def test_what_can_be_read_in_one_way_only_is_read():
    assert type(refusal.whole("it", np.uint8(3), at_least=3)) is int
    assert [refusal.flag("it", one) for one in (np.True_, False)] == [True, False]
    assert refusal.several("it", range(3)) == refusal.several("it", np.arange(3)) == [0, 1, 2]
    assert refusal.numbers("it", [[True, 2]], (None, 2)).tolist() == [[1.0, 2.0]]
    assert refusal.numbers("it", np.float32([0.5])).dtype == np.float64
    assert refusal.short(np.float64(2)) == "2.0"  # alike with any NumPy


@pytest.mark.parametrize("room", ["refusal", "series", "layout", "cell"])
def test_the_examples_of_docstrings_come_out_as_written(room):
    found = doctest.testmod(import_module(f"lstm_demo.{room}"))
    assert found.attempted > found.failed == 0
