"""How the torch rooms refuse: the argument, what was expected, what came, and the cure. Nothing is guessed or cut."""

import re
import warnings
from copy import deepcopy

import pytest
import torch
from problems import refused
from torch import nn
from torch.nn.utils import prune

import lstm_demo as ld
from lstm_demo import torch_lstm
from lstm_demo.torch_lstm import RaggedLSTM, StatefulLSTM, StatelessLSTM, close_gates, load_params

NET, RAGGED, STATEFUL, FRESH = StatelessLSTM(2, 3), RaggedLSTM(2, 3), StatefulLSTM(2, 3), StatefulLSTM(2, 3)
STATEFUL(torch.ones(4, 1, 2))
CLOSED, OTHER, PARAMS = close_gates(NET.lstm), close_gates(nn.LSTM(2, 3)), ld.init_params(2, 3)
X, F, M = torch.ones(4, 5, 2), torch.ones(4, 5, 3), torch.ones(4, 5).bool()
A, B, Z, HX = torch.ones(4, 2), torch.ones(1, 2), torch.zeros(4, 3), torch.zeros(1, 4, 3)
DROPS, PRUNED = nn.LSTM(2, 3), prune.l1_unstructured(nn.LSTM(2, 3), "weight_hh_l0", amount=0.5)
DROPS.dropout = 0.5  # asked for when made, torch warns that it does nothing
with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # torch's own, of its future
    QUANTIZED = torch.ao.quantization.quantize_dynamic(deepcopy(RAGGED)).lstm


def holding(lstm, kind=StatelessLSTM):
    net = kind(2, 3)
    net.lstm = lstm
    return net


def put(state):
    FRESH.state = state


def bias(value):
    load_params(NET.lstm, PARAMS._replace(bias=value))


WORDS = {
    "LIST": "a list of one tensor (n, D) or more",
    "STEPS": "a PackedSequence, which holds the steps of all series by time",
    "LAYERS": "one layer, one direction",
    "ALIKE": "series alone, or all with as many targets",
    "TARGETS": "targets that torch can make one tensor of",
    "features": "check the axes, and the features the net was made for",
    "both": "give both, or leave it out for zeros",
    "carry": "carry the state of the same lanes, or reset_states() first",
    "row": "give one row for each series",
    "set": "give what .state was, or None for zeros",
    "all": "leave it out to reset all",
    "each": "give one tensor for each series",
    "unpack": "take it apart with torch.nn.utils.rnn.unpack_sequence",
    "append": "append the column that says where padding is, as with_flag does",
    "hold": "nets of this module hold one in .lstm",
    "as a whole": "RaggedLSTM runs such a layer, each series as a whole",
    "see": "see what the data set returns",
}
# call | argument | expected | got | cure, of which some stand above
TABLE = """
NET(X.numpy()) | x | a tensor | ndarray | convert it with torch.as_tensor
NET(X.double()) | x | torch.float32 on cpu like the weights | torch.float64 on cpu | convert it with .to(), or the net
NET(X[0]) | x | shape (B, T, 2) | (5, 2) | features
NET(X[:, :0]) | x | at least one lane and one step | (4, 0, 2) | leave empty series out
NET(X, mask=M.float()) | mask | a bool tensor | torch.float32 | compare first, as in mask == 1
NET(X, mask=M[0]) | mask | shape (4, 5) on cpu | (5,) on cpu | lay flags and x with one layout
NET(X, state=(Z, Z, Z)) | state | State(h, c) | tuple | both
NET(X, state=(Z, Z[:1])) | state.c | shape (4, 3), lanes by units | (1, 3) | carry
STATEFUL(X[:2]) | state.h | shape (2, 3), lanes by units | (4, 3) | carry
put((Z.long(), Z)) | state.h | a tensor of floats (B, 3), h and c alike | Tensor | set
STATEFUL.reset_states([0, 1, 0, 0]) | lanes | (4,) bool, one for each lane | int64 of shape (4,) | all
FRESH.reset_states(True) | lanes | (B,) bool | bool of shape () | all

RAGGED([]) | series | LIST | an empty one | each
RAGGED(X) | series | LIST | Tensor | each
RAGGED(nn.utils.rnn.pack_sequence([A, B])) | series | LIST | STEPS | unpack
RAGGED([A, A[:0], B]) | series[1] | one step or more | length 0 | leave out series without steps
RAGGED([A, A[:, :1], B]) | series[1] | shape (n, 2) | (4, 1) | features
RAGGED([A], lanes=0) | lanes | a whole number of at least 1 | 0 | give an int
RAGGED([A, B], lanes=3) | lanes | at most 2, one for each series | 3 | ask for fewer, or no lane has work
RAGGED([A] * 4, (Z, Z), lanes=3) | lanes | None beside a state | 3 | a carried state runs one series a lane
RAGGED([A], cells=1) | cells | True or False | 1 | True for a final State with c
RAGGED([A, B], (Z, Z)) | state.h | shape (2, 3), lanes by units | (4, 3) | row
RaggedLSTM(2, 3, 2)([A], (Z, Z)) | state.h | shape (2, 1, 3), layers by lanes by units | (4, 3) | row

CLOSED(F[:0]) | x | three axes, none empty, the last of 3 | (0, 5, 3) | append
CLOSED(F, (HX[:, :1], HX[:, :1])) | hx | (h, c), of shape (1, 4, 3) each | ((1, 1, 3), (1, 1, 3)) | both
close_gates(DROPS) | lstm | dropout 0 between layers | 0.5 | one layer has none; put nn.Dropout beside it

holding(nn.LSTM(2, 3))(X) | lstm | an nn.LSTM with batch_first=True | batch_first=False | make it with batch_first
load_params(nn.LSTM(2, 3, bias=False), PARAMS) | lstm | an nn.LSTM with bias | bias=False | make it with bias=True
load_params(PRUNED, PARAMS) | lstm | weights of its own | weight_hh_l0 made from others | load before you prune
load_params(NET.lstm, [*PARAMS]) | params | Params(weight_ih, weight_hh, bias) | list | see init_params
load_params(NET.lstm, ld.init_params(1, 3)) | params.weight_ih | shape (12, 2) | (12, 1) | check the axes
bias(PARAMS.bias[:1]) | params.bias | shape (12,) | (1,) | check the axes
bias(PARAMS.bias - 1e300) | params.bias | values that torch.float32 can hold | 1e+300 | use .double()

collate([]) | examples | a list of one example or more | [] | let a DataLoader call it
collate([(A, 1), A]) | examples | ALIKE | a mixture | see
collate([{"x": A}, {"y": A}]) | examples | ALIKE | a mixture | see
collate([(A, 1), (A,)]) | examples | ALIKE | some shorter or longer, of [1, 2] parts | see
collate([(A, 1), (A, "a")]) | examples | TARGETS | [1, 'a'] | give numbers, or tensors of one shape
collate([{"y": 1}]) | examples | a tensor (n, D) in each dict | ['y'] | give the series a key
"""
# argument | calls that are refused by a sentence like those
ALSO = """
x | NET(X.bfloat16()) | NET(X.long()) | NET(X.to("meta")) | NET(X[:0]) | STATEFUL(X[..., :1])
x | CLOSED(F.numpy()) | CLOSED(F.double()) | CLOSED(X) | CLOSED(F[0]) | CLOSED(F[:, :0])
mask | NET(X, mask=M.numpy()) | NET(X, mask=M.to("meta"))
resets | STATEFUL(X, resets=M.tolist()) | NET(X, resets=M[:, :4])
state | NET(X, state=Z) | put(3)
state.h | NET(X, state=(Z.numpy(), Z)) | NET(X, state=(Z[None], Z))
state.h | put((Z[None], Z[None])) | put((Z[:, :2], Z[:, :2]))
state.c | NET(X, state=(Z, Z.double())) | put((Z, None)) | put((Z, Z[:2])) | RAGGED([A] * 4, (Z, None))
lanes | STATEFUL.reset_states([True]) | STATEFUL.reset_states(M) | STATEFUL.reset_states(M[0].long())
lanes | FRESH.reset_states(2) | RAGGED([A], lanes=True)
series | RAGGED(None)
series[0] | RAGGED([A[0], A[1]]) | RAGGED([X, X]) | RAGGED([A[0, 0]]) | RAGGED([F[0], F[1]]) | RAGGED([A.to("meta")])
series[0] | RAGGED([A.double(), B.double()])
series[1] | RAGGED([A, B.numpy()]) | RAGGED([A, B.double()]) | RAGGED([A, B.bfloat16()]) | RAGGED([A, torch.ones(0)])
hx | CLOSED(F, HX) | CLOSED(F, (HX, None)) | CLOSED(F, (HX, HX.double())) | CLOSED(F, (HX, HX[:, :1]))
hx | CLOSED(F, (HX[0], HX[0])) | CLOSED(F, (HX[..., :1], HX)) | OTHER(F, (HX, HX))
features | StatelessLSTM(0, 3)
units | StatefulLSTM(2, 2.5)
layers | RaggedLSTM(2, 3, True)
bidirectional | RaggedLSTM(2, 3, 1, 1)
examples | collate(None) | collate([A, (A, 1)]) | collate([1, 2])
"""
# each of which refuses these layers
DOORS = [
    "params_of({})",
    "load_params({}, PARAMS)",
    "close_gates({})",
    "holding({})(X)",
    "holding({}, RaggedLSTM)([A])",
]
NO_LSTM = f"""
NET | an nn.LSTM | StatelessLSTM | hold
nn.GRU(2, 3) | an nn.LSTM | GRU | hold
QUANTIZED | an nn.LSTM | {type(QUANTIZED).__module__}.LSTM | hold
nn.LSTM(2, 3, proj_size=2) | no projection | proj_size=2 | put an nn.Linear behind it
"""
NOT_PLAIN = """
nn.LSTM(2, 3, 2) | LAYERS | 2 layers, bidirectional=False | as a whole
nn.LSTM(2, 3, bidirectional=True) | LAYERS | 1 layers, bidirectional=True | as a whole
"""


def rows(table):
    return [[cell.strip() for cell in line.split(" | ")] for line in table.splitlines() if line]


LAYERS = [(layer, door, said) for layer, *said in rows(NO_LSTM) for door in DOORS]
LAYERS += [(layer, door, said) for layer, *said in rows(NOT_PLAIN) for door in DOORS[:-1]]  # the last one runs them


@pytest.mark.parametrize(
    ("call", "argument", "said"),
    [(call, argument, said) for call, argument, *said in rows(TABLE)]
    + [(door.format(layer), "lstm", said) for layer, door, said in LAYERS],
)
def test_refused_with_argument_expected_got_and_cure(call, argument, said):
    expected, got, cure = (WORDS.get(word, word) for word in said)
    refused(f"{argument}: expected {expected}, got {got}; {cure}", lambda: eval(call, vars(torch_lstm) | globals()))


@pytest.mark.parametrize(("argument", "call"), [(name, call) for name, *calls in rows(ALSO) for call in calls])
def test_and_so_is_whatever_else_does_not_fit(argument, call):
    with pytest.raises(ValueError, match=rf"^{re.escape(argument)}: expected [^;]+, got [^;]+; \w[^;]+$"):
        eval(call, vars(torch_lstm) | globals())
