"""What torch does with padding and packing: as in facts_of_torch.py, each function sees one fact anew."""

import torch
from fact import collector, error_of
from facts_of_torch import LENGTHS, PADDING, given, off
from torch import nn
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence

FACTS = []
fact = collector(FACTS)
PACKING = "13_in_torch.ipynb"


def packed(x, lengths=LENGTHS):
    return pack_padded_sequence(x, lengths, batch_first=True, enforce_sorted=False)


def alone(lstm, x, state=None):
    """The final h of each lane, read by itself and only as far as it is real."""
    states = [None if state is None else tuple(s[:, [k]] for s in state) for k in range(len(x))]
    return torch.cat([lstm(x[[k], :n], states[k])[1][0][-1] for k, n in enumerate(LENGTHS.tolist())])


@fact("bentrevett/pytorch-pos-tagging#8", lesson=PADDING + "#Are-zeros-nothing?", needs="torch")
def padding_idx_skips_nothing():
    """`padding_idx` of `nn.Embedding` makes a row of zeros and stops its gradient; the LSTM still reads the zeros."""
    lstm, _ = given()
    embedding = nn.Embedding(10, 3, padding_idx=0).double()
    short, padded = (embedding(torch.tensor([codes])) for codes in ([4, 2], [4, 2, 0, 0]))
    gap = off(lstm(short)[1][0], lstm(padded)[1][0])
    padded.sum().backward()
    assert embedding.weight.grad[0].abs().max() == 0 < embedding.weight.grad[4].abs().max()
    assert padded[0, 2:].abs().max() == 0
    assert gap > 1e-3
    return f"embedded padding exactly 0; final h off by {gap:.2f} after two padded steps"


@fact("keitakurita/practical-torchtext#5", lesson=PADDING + "#Which-step-do-I-read?", needs="torch")
def last_column_is_right_for_the_longest_only():
    """After padding on the right, `out[:, -1]` and `h_n` alike are those of the last padded step; only the longest lane
    has none."""
    lstm, x = given()
    out, (h, _) = lstm(x)
    gaps = (out[:, -1] - alone(lstm, x)).abs().amax(dim=1)
    gathered = off(out[torch.arange(4), LENGTHS - 1], alone(lstm, x))
    assert torch.equal(out[:, -1], h[-1])
    assert max(gaps[0], gathered) < 1e-12
    assert gaps[1:].min() > 1e-3
    return f"off by {', '.join(f'{gap:.2g}' for gap in gaps)}; gathered at length - 1 by {gathered:.0e}"


@fact("HarshTrivedi/packing-unpacking-pytorch-minimal-tutorial#7", lesson=PACKING, needs="torch")
def packing_changes_results():
    """Packing is no mere speed-up: `h_n` is taken at each lane's true end, and the backward direction begins there."""
    lstm, x = given(bidirectional=True)
    h, ours = lstm(x)[1][0], lstm(packed(x))[1][0]
    both = [off(h[k], ours[k]) for k in range(2)]
    backward = torch.cat([lstm(x[[k], :n])[1][0][1] for k, n in enumerate(LENGTHS.tolist())])
    exact = max(
        off(ours[0], torch.cat([lstm(x[[k], :n])[1][0][0] for k, n in enumerate(LENGTHS.tolist())])),
        off(ours[1], backward),
    )
    assert exact < 1e-12 < 1e-3 < min(both)
    return f"packed against each lane alone {exact:.0e}; padded: forward off by {both[0]:.2f}, backward {both[1]:.2f}"


@fact("pytorch/pytorch#23079", "pytorch/pytorch#8026", lesson=PACKING, needs="torch")
def packing_wants_no_sorting():
    """`pack_padded_sequence` refuses unsorted lengths by default; `enforce_sorted=False` sorts and unsorts itself."""
    _, x = given()
    said = error_of(lambda: pack_padded_sequence(x, LENGTHS, batch_first=True))
    back = pad_packed_sequence(packed(x), batch_first=True)[0]
    assert "sorted" in said
    assert torch.equal(back, x)
    return f"{said}; with the flag there and back unchanged"


@fact("pytorch/pytorch#3584", "pytorch/pytorch#15225", lesson=PACKING, needs="torch")
def packed_states_keep_the_order_of_the_caller():
    """With `enforce_sorted=False` the state given and the states returned are in your order, not in the sorted one."""
    lstm, x = given()
    state = tuple(torch.randn(1, 4, 5, dtype=torch.float64) for _ in "hc")
    gap = off(lstm(packed(x), state)[1][0][-1], alone(lstm, x, state))
    order = packed(x).sorted_indices.tolist()
    assert gap < 1e-12
    assert order != [0, 1, 2, 3]
    return f"sorted inside as {order}; final h against each lane alone {gap:.0e}"


@fact("pytorch/pytorch#1176", lesson=PACKING, needs="torch")
def unpacking_fills_with_zeros_time_first():
    """`pad_packed_sequence` writes zeros where nothing was computed, and puts time first unless told otherwise,
    whatever the LSTM's `batch_first`."""
    lstm, x = given()
    outputs = lstm(packed(x))[0]
    out, shape = pad_packed_sequence(outputs, batch_first=True)[0], tuple(pad_packed_sequence(outputs)[0].shape)
    assert out[1:, -1].abs().max() == 0 < out[0, -1].abs().max()
    assert shape == (7, 4, 5)
    return f"out[:, -1] of the three short lanes exactly 0; unpacked by default as {shape}"


@fact("pytorch/pytorch#1591", lesson=PACKING, needs="torch")
def unpacking_is_as_long_as_the_longest():
    """`pad_packed_sequence` is only as long as the longest of what was packed, so parts of a batch come out in unequal
    lengths; `total_length` sets it."""
    lstm, x = given()
    outputs = lstm(packed(x[1:3], LENGTHS[1:3]))[0]
    lengths = [pad_packed_sequence(outputs, batch_first=True, total_length=n)[0].shape[1] for n in (None, 7)]
    assert lengths == [5, 7]
    return "two of the four lanes: 5 steps of 7; with total_length=7, 7"
