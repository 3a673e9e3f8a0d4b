"""Laws of refusals: each door of the core names the argument, what was expected, what came, and the cure."""

import doctest
import re
from importlib import import_module

import numpy as np
import pytest
import torch
from problems import problem
from torch import nn
from torch.nn.utils import prune
from torch.nn.utils.rnn import pack_sequence

import lstm_demo as ld
from lstm_demo.torch_lstm import RaggedLSTM, StatefulLSTM, StatelessLSTM, close_gates, collate, load_params, params_of

P = problem()
(W_IH, W_HH, BIAS), (H, C) = P.params, P.state
weights, state, dstate = P.params._replace, P.state._replace, P.dstate._replace
TRACE = ld.run(P.params, P.x, **P.flags)
PAIR, THREES = ld.pad_right([1, 2]), ld.back_to_back([3, 3], lanes=1).windows(2)  # 0 1 | 2 0 | 1 2
ONES, TEXTS = [[1.0], [1.0, 2.0]], [["a"], ["b", "cd"]]
LATE = np.zeros((3, 8), bool)
LATE[0, 0] = LATE[1, 3] = True  # what lane 0 is given may be anything; for lane 1 the reset comes too late

LSTM, PARAMS, RAGGED = nn.LSTM(2, 3, batch_first=True), ld.init_params(2, 3), RaggedLSTM(2, 3)
X, M, A, B = torch.ones(4, 5, 2), torch.ones(4, 5).bool(), torch.ones(4, 2), torch.ones(1, 2)
Z, HX = torch.zeros(4, 3), torch.zeros(1, 4, 3)


def carrying():
    net = StatefulLSTM(2, 3)
    net(X)
    return net


def holding(lstm, kind):
    net = kind(2, 3)
    net.lstm = lstm
    return net


DOORS = {  # what each takes
    "encode": (ld.encode, {"name": "A"}),
    "one_hot": (ld.one_hot, {"codes": [1, 2]}),
    "recall_first": (ld.recall_first, {"count": 2, "shortest": 1, "longest": 3, "seed": 0}),
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
    "StatelessLSTM": (StatelessLSTM, {"features": 2, "units": 3}),
    "RaggedLSTM": (RaggedLSTM, {"features": 2, "units": 3, "layers": 1, "bidirectional": False}),
    "net": (StatelessLSTM(2, 3), {"x": X, "mask": M, "resets": M, "state": (Z, Z)}),
    "carrying": (lambda x: carrying()(x), {"x": X}),
    "put": (lambda state: setattr(carrying(), "state", state), {"state": (Z, Z)}),
    "reset": (lambda lanes: carrying().reset_states(lanes), {"lanes": [True] * 4}),
    "reset, fresh": (lambda lanes: StatefulLSTM(2, 3).reset_states(lanes), {"lanes": [True]}),
    "ragged": (RAGGED, {"series": [A, B], "cells": False, "lanes": 1}),
    "with a state": (RAGGED, {"series": [A, B], "state": (Z[:2], Z[:2]), "lanes": None}),
    "stacked": (RaggedLSTM(2, 3, 2), {"series": [A, B], "state": None}),
    "closed": (close_gates(LSTM), {"x": torch.ones(4, 5, 3), "hx": (HX, HX)}),
    "close_gates": (close_gates, {"lstm": LSTM}),
    "params_of": (params_of, {"lstm": LSTM}),
    "load_params": (load_params, {"lstm": LSTM, "params": PARAMS}),
    "exchanged": (lambda lstm: holding(lstm, StatelessLSTM)(X), {}),
    "exchanged, ragged": (lambda lstm: holding(lstm, RaggedLSTM)([A]), {}),
    "collate": (collate, {"examples": [(A, 1), (B, 2)]}),
}


# --- each wrong thing has its sentence -------------------------------------------------------------------------------

LETTER = "one of the 38 characters A-Z (or a-z), 0-9, space and hyphen-minus"
ARRAY = "what NumPy can make one array of"
GRID = "a (lanes, time) grid of whole numbers like series, -1 in the same cells"
ITS_TRACE = "the Trace of a run with these params"
NOT_FINITE, ODD = "expected finite values, got", H * [[np.nan], [np.nan], [1.0]]
LIST, STATE = "a list of one tensor (n, D) or more", "a tensor of floats (B, 3), h and c alike"
TARGETS = "series alone, or all with as many targets"
TOYS = ("recall_first", "delayed_echo")
DROPS, PRUNED = nn.LSTM(2, 3), prune.l1_unstructured(nn.LSTM(2, 3), "weight_hh_l0", amount=0.5)
DROPS.dropout = 0.5  # asked for when made, torch warns that it does nothing
NO_LSTM = [
    (RAGGED, "an nn.LSTM, got RaggedLSTM; nets of this module hold one in .lstm"),
    (nn.GRU(2, 3), "an nn.LSTM, got GRU"),
    (type("LSTM", (nn.Module,), {})(), "an nn.LSTM, got test_refusal.LSTM"),  # as torch calls one that is quantized
    (nn.LSTM(2, 3, proj_size=2), "no projection, got proj_size=2; put an nn.Linear behind it"),
]
NOT_PLAIN = [
    (nn.LSTM(2, 3, 2), "one layer, one direction, got 2 layers, bidirectional=False"),
    (nn.LSTM(2, 3, bidirectional=True), "one layer, one direction, got 1 layers, bidirectional=True"),
]
READERS = ("params_of", "load_params", "close_gates", "exchanged", "exchanged, ragged")
EACH = [  # a door, what is wrong of what it is given, and what is said, with the cure or up to it
    ("encode", {"name": ""}, "name: expected a str of at least one character, got ''; type a name such as 'SNOWMAN'"),
    ("encode", {"name": "straße"}, f"name[4]: expected {LETTER}, got 'ß' in 'straße'"),  # str.upper makes it two
    ("one_hot", {"codes": [[0, 1], [-1, 38]]}, "codes: expected an array of ints 0..37, got -1 at index [1, 0]"),
    *((toy, {"count": 0}, "count: expected a whole number of at least 1, got 0; give an int") for toy in TOYS),
    *((toy, {"seed": None}, "seed: expected a whole number of at least 0, got None") for toy in TOYS),
    ("recall_first", {"shortest": 0}, "shortest: expected a whole number of at least 1, got 0"),
    ("recall_first", {"shortest": 4}, "shortest: expected at most longest = 3, got 4; swap the two"),
    ("delayed_echo", {"lag": -1}, "lag: expected a whole number of at least 0, got -1; use 0 to echo the same step"),
    ("delayed_echo", {"lag": 5}, "lag: expected less than steps = 5, got 5; shorten the lag or lengthen the series"),
    ("pad_right", {"lengths": [2, 0]}, "lengths[1]: expected a whole number of at least 1, got 0; count its steps"),
    ("pad_left", {"lengths": [2, True]}, "lengths[1]: expected a whole number of at least 1, got True"),
    ("pad_left", {"width": 2}, "width: expected a whole number of at least 3, got 2; give as many columns"),
    ("back_to_back", {"lanes": 3}, "lanes: expected at most 2, one for each series, got 3; ask for fewer"),
    ("back_to_back", {"gap": -1}, "gap: expected a whole number of at least 0, got -1"),
    ("Layout", {"step": [[0, -1]]}, f"step: expected {GRID}, got int64 of shape (1, 2) beside int64 of shape (1, 2)"),
    ("Layout", {"series": [[0.0, 0.0]]}, f"step: expected {GRID}, got int64 of shape (1, 2) beside float64"),
    ("lay", {"ragged": [[1.0]]}, "ragged: expected 2 series as in the layout, got 1; lay out the lengths of these"),
    ("lay", {"ragged": [np.ones((1, 4)), np.ones((2, 3))]}, "ragged: expected series 1 of shape (2, 4), got (2, 3)"),
    ("lay", {"ragged": [[1.0], [1, 2]]}, "ragged: expected series 1 of dtype float64, got int64"),
    ("lay", {"ragged": [[[1.0]], [[1.0], [2.0, 3.0]]]}, f"ragged[1]: expected {ARRAY}, got a ragged list"),
    ("lay", {"ragged": [[1], [1, 2]], "fill": np.nan}, "fill: expected one value that int64 can hold, got nan"),
    ("lay", {"fill": [0, 1]}, "fill: expected one value that float64 can hold, got [0, 1]"),
    ("lay", {"ragged": TEXTS, "fill": "pad"}, "fill: expected one value that <U2 can hold, got 'pad'"),
    ("unlay", {"grid": np.ones((2, 3))}, "grid: expected a first two axes of (2, 2), got (2, 3)"),
    ("with_flag", {"mask": P.mask.T}, "mask: expected shape (3, 8), got (8, 3); lay flags and x with one layout"),
    ("ledger", {"windows": [PAIR, *THREES]}, "windows: expected layouts over the same lanes, got [1, 2] lanes"),
    *(("ledger", {name: 1}, f"{name}: expected True or False, got 1") for name in ("carry", "detach")),
    ("counting_params", {"features": np.int64(0)}, "features: expected a whole number of at least 1, got 0;"),
    ("run", {"params": weights(weight_ih=W_IH[:10])}, "params.weight_ih: expected 4H rows, H for each of i, f, g, o"),
    ("run", {"params": weights(weight_hh=W_IH)}, "params.weight_hh: expected shape (12, 3), got (12, 2)"),
    ("run", {"params": weights(bias=BIAS * np.nan)}, "params.bias: expected finite values, got nan at (0,)"),
    ("run", {"x": P.x[..., :1]}, "x: expected shape (any, any, 2), got (3, 8, 1); check the axes"),
    ("run", {"x": P.x[:, :0]}, "x: expected at least one lane and one step, got shape (3, 0, 2)"),
    ("run", {"mask": P.mask * 1}, "mask: expected bool, got int64; compare first, as in mask == 1"),
    ("run", {"resets": P.mask[0]}, "resets: expected shape (3, 8), got (8,)"),
    ("run", {"state": (H, C, H)}, "state: expected State(h, c), got tuple; give both, or leave it out for zeros"),
    ("run", {"state": state(h=H[:2])}, "state.h: expected shape (3, 3), got (2, 3)"),
    *(("run", {"resets": LATE, "state": state(**{k: ODD})}, f"state.{k}: {NOT_FINITE} nan at (1, 0)") for k in "hc"),
    ("step", {"x": P.x[:, 0] * np.nan}, "x: expected finite values, got nan at (0, 0)"),
    ("backward", {"trace": TRACE.final}, "trace: expected a Trace, got a State; give what run returned"),
    ("backward", {"params": problem(units=2).params}, f"trace: expected {ITS_TRACE}, got one of 2 features and 3"),
    ("backward", {"dh": P.dh[:, :7]}, "dh: expected shape (3, 8, 3), got (3, 7, 3)"),
    ("backward", {"dh": P.dh * np.nan}, "dh: expected finite values, got nan at (0, 0, 0)"),
    ("net", {"x": X.numpy()}, "x: expected a tensor, got ndarray; convert it with torch.as_tensor"),
    ("net", {"x": X.double()}, "x: expected torch.float32 on cpu like the weights, got torch.float64 on cpu"),
    ("net", {"x": X[0]}, "x: expected shape (B, T, 2), got (5, 2); check the axes, and the features"),
    ("net", {"x": X[:, :0]}, "x: expected at least one lane and one step, got (4, 0, 2); leave empty series out"),
    ("net", {"mask": M.float()}, "mask: expected a bool tensor, got torch.float32; compare first, as in mask == 1"),
    ("net", {"resets": M[0]}, "resets: expected shape (4, 5) on cpu, got (5,) on cpu; lay flags and x"),
    ("net", {"state": (Z, Z[:1])}, "state.c: expected shape (4, 3), lanes by units, got (1, 3); carry the state"),
    ("put", {"state": (Z.long(), Z)}, f"state.h: expected {STATE}, got Tensor; give what .state was"),
    ("put", {"state": (Z, Z[:2])}, f"state.c: expected {STATE}, got (2, 3)"),
    ("reset", {"lanes": [0, 1, 0, 0]}, "lanes: expected (4,) bool, one for each lane, got int64 of shape (4,)"),
    ("reset, fresh", {"lanes": True}, "lanes: expected (B,) bool, got bool of shape (); leave it out to reset all"),
    ("ragged", {"series": X}, f"series: expected {LIST}, got Tensor; give one tensor for each series"),
    ("ragged", {"series": pack_sequence([A, B])}, f"series: expected {LIST}, got a PackedSequence, which holds"),
    ("ragged", {"series": [A, A[:0]]}, "series[1]: expected one step or more, got length 0; leave out series without"),
    ("ragged", {"series": [A, B.bfloat16()]}, "series[1]: expected torch.float32 on cpu like the weights, got"),
    ("ragged", {"lanes": 3}, "lanes: expected at most 2, one for each series, got 3; ask for fewer"),
    ("ragged", {"cells": 1}, "cells: expected True or False, got 1; True for a final State with c"),
    ("with a state", {"lanes": 2}, "lanes: expected None beside a state, got 2"),
    ("stacked", {"state": (Z, Z)}, "state.h: expected shape (2, 2, 3), layers by lanes by units, got (4, 3)"),
    ("closed", {"x": HX[:, :0]}, "x: expected three axes, none empty, the last of 3, got (1, 0, 3); append the column"),
    ("closed", {"hx": (HX, HX[:, :1])}, "hx: expected (h, c), of shape (1, 4, 3) each, got ((1, 4, 3), (1, 1, 3))"),
    ("close_gates", {"lstm": DROPS}, "lstm: expected dropout 0 between layers, got 0.5; one layer has none"),
    ("exchanged", {"lstm": nn.LSTM(2, 3)}, "lstm: expected an nn.LSTM with batch_first=True, got batch_first=False"),
    ("load_params", {"lstm": nn.LSTM(2, 3, bias=False)}, "lstm: expected an nn.LSTM with bias, got bias=False"),
    ("load_params", {"lstm": PRUNED}, "lstm: expected weights of its own, got weight_hh_l0 made from others"),
    ("load_params", {"params": [*PARAMS]}, "params: expected Params(weight_ih, weight_hh, bias), got list"),
    ("load_params", {"params": ld.init_params(1, 3)}, "params.weight_ih: expected shape (12, 2), got (12, 1)"),
    ("load_params", {"params": weights(bias=BIAS - 1e300)}, "params.bias: expected values that torch.float32 can hold"),
    *((door, {"lstm": layer}, f"lstm: expected {said}") for layer, said in NO_LSTM for door in READERS),
    *((door, {"lstm": layer}, f"lstm: expected {said}") for layer, said in NOT_PLAIN for door in READERS[:-1]),
    ("collate", {"examples": [(A, 1), A]}, f"examples: expected {TARGETS}, got a mixture"),
    ("collate", {"examples": [(A, 1), (A,)]}, f"examples: expected {TARGETS}, got some shorter or longer, of [1, 2]"),
    ("collate", {"examples": [(A, 1), (A, "a")]}, "examples: expected targets that torch can make one tensor of"),
    ("collate", {"examples": [{"y": 1}]}, "examples: expected a tensor (n, D) in each dict, got ['y']; give"),
]


@pytest.mark.parametrize(("door", "wrong", "said"), EACH)
def test_refused_in_one_sentence_with_argument_expected_got_and_cure(door, wrong, said):
    call, good = DOORS[door]
    with pytest.raises(ValueError, match=rf"^{re.escape(said)}") as refused:
        call(**(good | wrong))
    assert re.search(r", got .+; \w.{8,80}$", str(refused.value))


JUNK = [
    *(None, True, 0, -1, 2.5, float("nan"), 1j, "a", len, {"h": 1}, object(), [], [1, [2, 3]], ["a"], [True, False]),
    *([5.5] * 9_999, "x" * 9_999, np.int8(3), np.array([]), np.full((2, 3, 1), np.nan), np.array([None])),
    *(PAIR, P.params, TRACE, P.x[:, :7], P.mask[:2], P.dh * np.inf, ld.State(None, None)),
    *(torch.zeros(2, requires_grad=True), torch.ones(2, dtype=bool), X[..., :1], X[:0], M[:, :4], M.long(), HX),
    *(X.to("meta"), M.to("meta"), [A, A[:, :1]], [A, B.double()], [A, B.numpy()], [A[0], B[0]], [X, X]),
    *((Z, None), (Z[None], Z), (Z, Z.double()), (HX[0], HX[0]), [A, (A, 1)], [{"x": A}, {}]),
]


@pytest.mark.parametrize(("name", "spoilt"), [(name, spoilt) for name in DOORS for spoilt in DOORS[name][1]])
def test_whatever_is_given_is_taken_or_refused_by_name_in_a_sentence(name, spoilt):
    call, good = DOORS[name]
    for junk in JUNK:  # meta stands for a GPU: it is not the CPU
        said = f"{spoilt}: expected what it takes, got it; go on"
        try:
            call(**(good | {spoilt: junk}))
        except ValueError as error:
            said = str(error)
        names = "|".join([*good, "state"])  # a net that carries one names it too
        assert re.fullmatch(rf"({names})([.\[][\w.\[\]]+)?: expected .+, got .+; .+", said, re.DOTALL), said
        assert len(said) < 300


@pytest.mark.parametrize("room", ["refusal", "series", "layout", "cell"])
def test_the_examples_of_docstrings_come_out_as_written(room):
    found = doctest.testmod(import_module(f"lstm_demo.{room}"))
    assert found.attempted > found.failed == 0
