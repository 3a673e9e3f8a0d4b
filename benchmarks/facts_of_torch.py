"""What torch.nn.LSTM does: each function sees one fact anew, asserts it, and says in short what it saw.

Needs torch alone, and the ordinary tests run these too; only `torch.lstm` is called in a process of its own.
"""

import subprocess
import sys
import textwrap

import torch
from fact import collector, error_of
from torch import nn

FACTS = []
fact = collector(FACTS)
LENGTHS = torch.tensor([7, 3, 5, 1])
CELL, PADDING, CARRY = "02_inside_the_cell.ipynb", "03_padding.ipynb", "05_carry_and_reset.ipynb"
SERVED = "09_real_names.ipynb#Must-it-be-trained-again-to-be-served?"
LAYERS, MANY = CELL + "#What-is-carried-in-layers-and-directions?", CELL + "#What-if-there-are-many-units?"


def given(**options):
    """An LSTM of 3 features and 5 units, and inputs (4, 7, 3) that are 0 from each lane's length on."""
    torch.manual_seed(0)
    lstm = nn.LSTM(3, 5, batch_first=True, **options).double()
    x = torch.randn(4, 7, 3, dtype=torch.float64)
    return lstm, x * (torch.arange(7) < LENGTHS[:, None])[..., None]


def off(a, b):
    return (a - b).abs().max().item()


# --- state -----------------------------------------------------------------------------------------------------------


@fact("pytorch/pytorch#434", lesson=CELL + "#How-should-the-state-begin:-zeros,-learnt-or-random?", needs="torch")
def omitted_state_is_zeros():
    """`nn.LSTM` keeps no state: where none is given it begins from zeros, and an attribute such as `lstm.hidden` is
    read by nobody."""
    lstm, x = given()
    first = lstm(x)[0]
    lstm.hidden = (torch.ones(1, 4, 5), torch.ones(1, 4, 5))
    zeros = torch.zeros(1, 4, 5, dtype=torch.float64)
    assert torch.equal(first, lstm(x)[0])
    assert torch.equal(first, lstm(x, (zeros, zeros))[0])
    return "second call, and a call with zeros: the same bits"


@fact("pytorch/pytorch#434", lesson=SERVED, needs="torch")
def state_dict_holds_no_state():
    """The `state_dict` of `nn.LSTM` holds weights and no state: to resume a stream, save h and c yourself."""
    lstm, x = given()
    before = {name: weight.clone() for name, weight in lstm.state_dict().items()}
    lstm(x)
    assert sorted(before) == ["bias_hh_l0", "bias_ih_l0", "weight_hh_l0", "weight_ih_l0"]
    assert all(torch.equal(before[name], weight) for name, weight in lstm.state_dict().items())
    return f"{', '.join(before)}; unchanged by a call"


@fact("pytorch/pytorch#4145", "pytorch/pytorch#144116", lesson=LAYERS, needs="torch")
def batch_first_leaves_the_state_alone():
    """`batch_first=True` does not move the batch in h and c, and a state turned round is taken without a word where
    layers · directions equals the batch."""
    lstm, x = given(num_layers=2)
    h = torch.randn(2, 2, 5, dtype=torch.float64)
    shape, two = tuple(lstm(x)[1][0].shape), x[:2]
    gap = off(lstm(two, (h, h))[0], lstm(two, (h.transpose(0, 1).contiguous(),) * 2)[0])
    assert shape == (2, 4, 5)
    assert gap > 1e-3
    return f"x (4, 7, 3), h_n {shape}; turned round: no error, outputs off by {gap:.2f}"


@fact("OpenNMT/OpenNMT-py#61", "pytorch/pytorch#74291", lesson=LAYERS, needs="torch")
def final_states_are_stacked_by_layer():
    """`h_n` is stacked layer by layer, forward before backward; the backward half of the top layer ends at step 0."""
    lstm, x = given(num_layers=2, bidirectional=True)
    out, (h, _) = lstm(x)
    joined = torch.cat([h[2], h[3]], dim=1)
    gap = off(h[-2:].reshape(4, -1), joined)
    assert torch.equal(h[2], out[:, -1, :5])
    assert torch.equal(h[3], out[:, 0, 5:])
    assert gap > 1e-3
    return f"h_n[2] = out[:, -1, :H], h_n[3] = out[:, 0, H:]; a bare reshape mixes lanes, off by {gap:.2f}"


@fact("pytorch/pytorch#3925", lesson=LAYERS, needs="torch")
def a_state_of_another_shape_is_refused():
    """`nn.LSTM` refuses a state of another shape by name, and stretches none over the batch."""
    lstm, x = given()
    one = torch.zeros(1, 1, 5, dtype=torch.float64)
    said = error_of(lambda: lstm(x, (one, one)))
    assert "(1, 4, 5)" in said
    return said


@fact("pytorch/pytorch#173946", lesson="", needs="torch on its own")
def the_bare_function_checks_no_shape():
    """`torch.lstm`, the function under `nn.LSTM`, does not check the shape of the state on a CPU; with too small a
    state it reads memory that is not its own."""
    program = """
        import torch
        lstm, x = torch.nn.LSTM(3, 5, batch_first=True), torch.zeros(4, 7, 3)
        with torch.no_grad():
            state = torch.zeros({shape}), torch.zeros({shape})
            out = torch.lstm(x, state, lstm._flat_weights, True, 1, 0.0, False, False, True)[0]
            print("outputs", tuple(out.shape), flush=True)
    """

    def outcome(shape):
        source = textwrap.dedent(program).format(shape=shape)
        ran = subprocess.run([sys.executable, "-c", source], capture_output=True, text=True)
        assert "Error" not in ran.stderr, ran.stderr
        return ran.stdout.strip() if ran.returncode == 0 else f"the process died (status {ran.returncode})"

    ends = {shape: outcome(shape) for shape in ((1, 8, 5), (1, 4, 1), (1, 1, 5))}
    return "for four lanes of 5 units, " + "; ".join(f"state {shape}: {end}" for shape, end in ends.items())


# --- gradients -------------------------------------------------------------------------------------------------------


@fact("pytorch/pytorch#37573", "Eurus-Holmes/MNMT#7", lesson=CARRY, needs="torch")
def a_carried_state_drags_its_graph_along():
    """A state handed on undetached fails at the second `backward`; `retain_graph=True` only puts off the error to the
    next optimizer step, and `detach` changes no value."""

    def trained(keep, retain):
        lstm, x = given()
        optimizer, state, outs = torch.optim.SGD(lstm.parameters(), 0.1), None, []
        for _ in range(3):
            out, state = lstm(x, state)
            state = tuple(map(keep, state))
            optimizer.zero_grad()
            out.sum().backward(retain_graph=retain)
            optimizer.step()
            outs.append(out)
        return outs

    errors = [error_of(lambda retain=retain: trained(lambda s: s, retain)) for retain in (False, True)]
    assert "second time" in errors[0]
    assert "inplace" in errors[1]
    lstm, x = given()
    _, state = lstm(x)
    same = torch.equal(lstm(x, state)[0], lstm(x, tuple(s.detach() for s in state))[0])
    assert same
    assert len(trained(torch.Tensor.detach, False)) == 3
    return f"{errors[0]}; retained, {errors[1]}; detached, three steps and the same outputs"


# --- weights ---------------------------------------------------------------------------------------------------------


@fact("pytorch/pytorch#750", lesson=MANY, needs="torch")
def starts_uniform_with_two_biases():
    """Everything starts uniform between ±1/√H, the biases too, of which there are two that only ever act as their sum;
    no forget bias is set apart."""
    torch.manual_seed(0)
    lstm = nn.LSTM(3, 64)
    bound, forget = 64**-0.5, (lstm.bias_ih_l0 + lstm.bias_hh_l0)[64:128]
    largest = max(weight.abs().max().item() for weight in lstm.parameters())
    assert 0.99 * bound < largest <= bound
    assert abs(forget.mean().item()) < 0.1
    assert forget.abs().max() <= 2 * bound
    before = lstm(x := torch.randn(7, 1, 3))[0]
    with torch.no_grad():
        lstm.bias_ih_l0 += lstm.bias_hh_l0
        lstm.bias_hh_l0.zero_()
    assert off(before, lstm(x)[0]) < 1e-6
    return f"H = 64: largest weight or bias {largest:.4f} of {bound}; mean forget bias {forget.mean().item():.3f}"


@fact("pytorch/pytorch#750", lesson=MANY, needs="torch")
def gates_stand_in_the_order_ifgo():
    """The four blocks of `weight_ih_l0`, `weight_hh_l0` and both biases stand in the order i, f, g, o."""
    lstm, x = given()
    z = x[:, 0] @ lstm.weight_ih_l0.T + lstm.bias_ih_l0 + lstm.bias_hh_l0
    i, _, g, o = z.chunk(4, dim=1)  # f has nothing to keep in the first step
    h = o.sigmoid() * (i.sigmoid() * g.tanh()).tanh()
    gap = off(lstm(x[:, :1])[0][:, 0], h)
    wrong = off(h, g.sigmoid() * (i.sigmoid() * o.tanh()).tanh())
    assert gap < 1e-12 < 1e-3 < wrong
    return f"one step by hand off by {gap:.0e}; with g and o swapped by {wrong:.2f}"
