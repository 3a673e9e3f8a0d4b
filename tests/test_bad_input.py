"""docs/bad_input.md is what `make refusals` makes today, and nothing wrong is taken without a word."""

import json
import sys
from pathlib import Path

import numpy as np
import pytest
import torch

import lstm_demo as ld
from lstm_demo import echo, explore, names

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


@pytest.mark.parametrize("lengths", [[True, 2], (2, np.True_)])
def test_true_beside_whole_numbers_is_no_length(lengths):
    with pytest.raises(ValueError, match=r"^lengths\[\d\]: expected a whole number of at least 1, got (np\.)?True"):
        ld.pad_left(lengths)


def test_a_complex_fill_is_refused():
    with pytest.raises(ValueError, match=r"^fill: expected a value that float64 can hold, got 1j"):
        ld.pad_left([1]).lay([[1.0]], fill=1j)


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


def test_a_grid_without_features_comes_back_as_series_without_features():
    assert [one.shape for one in ld.pad_left([1, 2]).unlay(np.zeros((2, 2, 0)))] == [(1, 0), (2, 0)]


def test_a_masked_entry_in_a_list_is_refused_as_a_masked_array_is():
    with pytest.raises(ValueError, match=r"^lengths: expected an array without a mask of its own"):
        ld.pad_left([2, np.ma.masked])


def test_the_largest_whole_number_is_no_padding():
    with pytest.raises(ValueError, match=r"^series: "):
        ld.Layout(np.array([[2**64 - 1, 0]], np.uint64), [[-1, 0]])


def test_a_masked_array_with_fields_is_refused_by_name():
    with pytest.raises(ValueError, match=r"^lengths: expected an array without a mask of its own"):
        ld.pad_left(np.ma.array([(1, 2)], dtype="i4,i4"))


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
