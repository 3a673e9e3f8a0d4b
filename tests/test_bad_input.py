"""docs/bad_input.md is what `make refusals` makes today, and nothing wrong is taken without a word."""

import json
import sys
from pathlib import Path

import numpy as np
import pytest
import torch

import lstm_demo as ld
from lstm_demo import echo, explore, names, torch_lstm

ROOT = Path(__file__).resolve().parent.parent
sys.path.append(str(ROOT / "benchmarks"))

import elsewhere  # noqa: E402

SEEN = json.loads(elsewhere.TABLE.read_text(encoding="utf-8"))
ASKED = [f"{library}: {what}" for library, what, _ in elsewhere.TRIES]


@pytest.fixture(scope="module")
def bad_input():
    """The script, which seeds and draws as it is imported; the generator is put back."""
    state = torch.get_rng_state()
    import bad_input

    torch.set_rng_state(state)
    return bad_input


def test_the_page_is_what_the_command_makes_now(bad_input):
    assert bad_input.PAGE.read_text(encoding="utf-8") == bad_input.page(), "make refusals brings it up to date"


def test_each_is_refused_by_name_or_said_to_be_taken_and_why(bad_input):
    page = bad_input.page()
    assert "TAKEN WITHOUT A WORD" not in page
    assert "said the table, but" not in page
    assert len(bad_input.CASES) >= 60
    assert sum(len(case) > 2 for case in bad_input.CASES) < 10


def test_a_case_that_is_taken_without_a_word_is_seen(bad_input):
    assert bad_input.answer(lambda: None) == "TAKEN WITHOUT A WORD"
    assert "but: x" in bad_input.answer(lambda: ld.encode(""), "because").replace("name: expected", "x")


def test_weights_that_would_become_infinite_are_refused_before_any_is_put_in():
    lstm, params = torch.nn.LSTM(1, 2), ld.init_params(1, 2)
    before = [p.tolist() for p in lstm.parameters()]
    with pytest.raises(ValueError, match=r"^params.bias: expected values that torch.float32 can hold"):
        torch_lstm.load_params(lstm, params._replace(bias=params.bias + 1e300))
    with pytest.raises(ValueError, match=r"^params.bias: expected finite values"):
        torch_lstm.load_params(lstm, params._replace(bias=params.bias * np.nan))
    assert [p.tolist() for p in lstm.parameters()] == before


def test_lanes_read_backwards_are_taken():
    net = torch_lstm.StatefulLSTM(1, 2)
    net(torch.ones(2, 1, 1))
    net.reset_states(np.array([True, False])[::-1])
    assert net.state.h[0].any()
    assert not net.state.h[1].any()


# --- elsewhere -------------------------------------------------------------------------------------------------------


def test_what_others_do_stands_in_rows_of_the_page_and_was_seen_with_a_version(bad_input):
    rows = [what for what, *_ in bad_input.CASES]
    assert len(rows) == len({*rows})
    assert {*SEEN["rows"]} <= {*rows, "NaN in the padding"}
    assert {library for row in SEEN["rows"].values() for library in row} == {*SEEN["versions"]}
    assert "flax: in the final states nothing differs, gradients of the weights NaN" in bad_input.page()


def test_numpy_and_torch_are_asked_all_that_the_table_says():
    said = {f"{who}: {what}" for what, row in SEEN["rows"].items() for who in row if who in ("NumPy", "PyTorch")}
    assert {*ASKED} == said


@pytest.mark.parametrize(("library", "what", "call"), elsewhere.TRIES, ids=ASKED)
def test_numpy_and_torch_still_do_what_the_page_says(library, what, call):
    assert elsewhere.outcome(call)[0] == SEEN["rows"][what][library]["taken"]


def test_a_try_that_raises_is_noted_as_refused_and_one_that_returns_as_taken():
    assert elsewhere.outcome(lambda: 1 / 0) == (False, "ZeroDivisionError")
    assert elsewhere.outcome(lambda: "a  b") == (True, "a b")


# --- what more examples of the fuzz found -----------------------------------------------------------------------------


def test_targets_that_make_no_tensor_are_refused_by_name():
    with pytest.raises(ValueError, match=r"^examples: expected targets that torch can make one tensor of"):
        torch_lstm.collate([(torch.zeros(2, 1), None), (torch.ones(3, 1), None)])


def test_counts_of_eight_bits_count_like_any_other():
    few, many = np.int8(2), [torch.from_numpy(ld.encode("LATIN A"))] * 200
    net, targets = names.NameNet(2), torch.zeros(200, dtype=torch.int64)
    assert [one.epoch for one in names.train(net, many, targets, epochs=few, batch=np.int8(100))] == [1, 2]
    heard, said = ld.delayed_echo(few, np.int8(100), np.int8(99))
    assert [len(one) for one in (*heard, *said)] == [100] * 4
    assert echo.error(echo.new_net(0), np.int8(100), 1) == echo.error(echo.new_net(0), 100, 1)


def test_a_sparse_tensor_is_no_answer():
    with pytest.raises(ValueError, match=r"^wanted: expected a dense tensor, got torch.sparse_coo; "):
        echo.mse(torch.ones(2, 3, 1), torch.ones(2, 3, 1).to_sparse())


def test_a_state_that_is_not_carried_is_blamed_for_nothing_before_it():
    params, x = ld.init_params(1, 2, seed=3), np.linspace(-1, 1, 5)
    blocks = np.kron(np.eye(3), np.ones((2, 2)))[:5, :5] > 0
    for attach in (False, True):
        told = explore.blamed(params, x, 2, carry=False, attach=attach)
        assert told.tolist() == (np.tril(np.ones((5, 5))) * blocks > 0).tolist()
