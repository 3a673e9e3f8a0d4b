"""Refusals of the rooms behind the lessons: a sentence whatever was given, and nothing refused that can be read."""

import os

import numpy as np
import pytest
import torch
from fuzzing import REFUSAL

import lstm_demo as ld
from lstm_demo import echo, explore, keep, plots, tables, torch_lstm


def sentence(call, *args):
    with pytest.raises(ValueError) as caught:  # noqa: PT011 - what it says is judged below
        call(*args)
    told = REFUSAL.fullmatch(str(caught.value))
    assert told, str(caught.value)[:200]
    assert len(str(caught.value)) < 300
    return told["argument"]


PARAMS = ld.init_params(38, 2)


@pytest.mark.parametrize(
    ("argument", "call"),
    [
        ("lanes", lambda: carried(lanes=[5.5] * 100_000)),
        ("hx", lambda: torch_lstm.close_gates(torch.nn.LSTM(1, 2))(torch.ones(1, 1, 2), [torch.ones(1)] * 100_000)),
        ("answer", lambda: explore.predict("?", ["a"] * 100_000, "b" * 100_000, "")),
    ],
)
def test_so_it_does_where_it_repeats_what_else_was_given(argument, call):
    assert sentence(call) == argument


def carried(**given):
    net, zeros = torch_lstm.RaggedLSTM(1, 2), torch.zeros(1, 2)
    return net([torch.ones(2, 1)], ld.State(zeros, zeros), **given)


# --- taken, as it can be read in one way only ------------------------------------------------------------------------


@pytest.mark.parametrize("no", [False, np.False_])
def test_the_true_and_false_of_numpy_are_as_good_as_those_of_python(no):
    net, zero = torch_lstm.RaggedLSTM(1, 2), torch.ones(2, 1)
    assert net([zero], cells=no)[1].c is None
    entries = ld.ledger(ld.pad_left([3]).windows(2), carry=no, detach=no)
    assert [entry.start for entry in entries[0]] == ["fresh", "fresh"]


@pytest.mark.parametrize("odd", [0, 1, None, "yes", 1.0, np.array(True)])
def test_nothing_else_is_a_yes_or_a_no(odd):
    assert sentence(lambda: torch_lstm.RaggedLSTM(1, 2)([torch.ones(2, 1)], cells=odd)) == "cells"


@pytest.mark.parametrize("apart", [2e-16, np.float32(2e-16), np.array(2e-16), torch.tensor(2e-16)])
def test_a_stamp_takes_a_difference_as_a_number_an_array_or_a_tensor_without_axes(apart, capsys):
    keep.stamp(0, apart=apart)
    assert "largest differences: apart 2e-16" in capsys.readouterr().out


def test_rows_are_gathered_from_a_tuple_too_and_a_field_that_they_have_not_is_named_where_it_stands():
    rows = tuple(tables.Streamed("reset", "in order", k, 16, 1.5) for k in (0, 1))
    assert tables.gathered(rows, "state", value="bits")["reset",].tolist() == [1.5, 1.5]
    assert sentence(lambda: tables.gathered(rows, "colour", value="bits")) == "by"
    assert sentence(lambda: tables.gathered(rows, "state", value="colour")) == "value"
    assert sentence(lambda: tables.gathered([*rows, (1, 2)], "state", value="bits")) == "rows"


def test_choices_may_be_an_array_and_true_is_no_number_to_guess():
    card = explore.predict("?", np.array(["a", "b"]), "b", "")
    assert [button.description for button in card.children[1].children] == ["a", "b"]
    assert sentence(explore.predict, "?", range(3), True, "") == "answer"


def test_errors_of_nets_that_diverged_are_above():
    assert plots.reaches([0, 1, 2], np.array([[0.0, 0.5, np.inf]])) == (0, 2)
    assert plots.reaches([0, 1], np.array([[0.0, np.nan]])) == (0, None)


def test_an_echo_reads_a_state_given_as_a_list_like_a_tuple():
    net, x, state = echo.new_net(0, 3), torch.ones(2, 4, 1), (torch.ones(1, 2, 3), torch.ones(1, 2, 3))
    assert torch.equal(net(x, [*state])[0], net(x, state)[0])


@pytest.mark.parametrize("name", [name for name in plots.__all__ if name.startswith("describe_")])
def test_a_picture_and_its_sentence_take_their_data_by_name(name):
    from fuzz.plots import KINDS, NAMED

    kind = name.removeprefix("describe_")
    called = NAMED.get(kind, "data")
    assert getattr(plots, name)(**{called: KINDS[kind]}) == getattr(plots, name)(KINDS[kind])
    assert sentence(lambda: getattr(plots, name)(**{called: 3})) == called
    assert sentence(lambda: getattr(plots, f"plot_{kind}")(**{called: 3})) == called


# --- refused at once, and by the right name --------------------------------------------------------------------------


@pytest.mark.parametrize(("argument", "window", "lag"), [("window", 401, 1), ("lag", 4, 400), ("lag", 150, 300)])
def test_what_no_test_could_ask_is_refused_before_the_training(monkeypatch, argument, window, lag):
    def never(*_, **__):
        pytest.fail("trained first")

    monkeypatch.setattr(torch.optim, "Adam", never)
    assert sentence(lambda: echo.measure(window, lag, "carried", 0, updates=500)) == argument
    several = {"lag": "lags[1]"}.get(argument, argument)
    assert sentence(lambda: echo.measure_many(window, [1, lag], "carried", [0], updates=500)) == several
    assert sentence(lambda: echo.measure_many(4, [1], "carried", [0, -1], updates=500)) == "seeds[1]"


def test_nothing_is_blamed_over_a_border_over_which_nothing_was_carried():
    x, params = np.array([0.5, -1.0, 0.3, 0.8]), ld.init_params(1, 2, seed=1)
    cut = explore.blamed(params, x, 2, carry=False, attach=True)
    assert cut.tolist() == np.kron(np.eye(2), np.tril(np.ones((2, 2)))).astype(bool).tolist()


@pytest.mark.parametrize("kind", [{"num_layers": 2}, {"bidirectional": True}, {"proj_size": 1}])
def test_closed_gates_made_directly_serve_no_lstm_that_close_gates_would_refuse(kind):
    assert sentence(torch_lstm.ClosedGates, torch.nn.LSTM(1, 2, **kind)) == "lstm"


@pytest.mark.parametrize("other", [torch.nn.GRU(1, 2), torch.nn.Linear(1, 8), None])
def test_closed_gates_are_those_of_an_lstm(other):
    assert sentence(torch_lstm.ClosedGates, other) == "lstm"


def test_a_file_that_cannot_be_opened_is_not_said_to_hold_a_pickle(tmp_path):
    (tmp_path / "pickles").mkdir()
    with pytest.raises(ValueError, match=r"^path: .* got .*pickles: (?!no arrays)"):
        keep.load(torch.nn.Linear(1, 1), tmp_path / "pickles")


class InBytes(os.PathLike):
    def __fspath__(self):
        return b"net.npz"


@pytest.mark.parametrize("path", [InBytes(), b"net.npz", "", "a\0b", 3, None])
@pytest.mark.parametrize("call", [keep.save, keep.load])
def test_what_names_no_file_is_refused_by_name(call, path):
    assert sentence(call, torch.nn.Linear(1, 1), path) == "path"
