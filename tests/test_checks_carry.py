"""The check of what a window hands to the next: right answers pass, and each mistake is named."""

import numpy as np
import pytest
import torch

from lstm_demo import checks

RIGHT = {
    "detach": lambda s: tuple(p.detach() for p in s),
    "a list": lambda s: [p.detach() for p in s],
    "detached and cloned": lambda s: tuple(p.detach().clone() for p in s),
    "cloned and detached": lambda s: tuple(p.clone().detach() for p in s),
    "in place": lambda s: tuple(p.detach_() for p in s),
    "a leaf of its own": lambda s: tuple(p.detach().requires_grad_() for p in s),
    "data": lambda s: tuple(p.data for p in s),
    "through NumPy, its dtype kept": lambda s: tuple(torch.tensor(p.detach().numpy()) for p in s),
}
WRONG = {
    "Nothing to check yet": lambda s: None,
    "two tensors": lambda s: s[0].detach(),
    "two tensors, (h, c)": lambda s: (s[0].detach(),),
    "is a ndarray": lambda s: tuple(p.detach().numpy() for p in s),
    "h is a NoneType": lambda s: (None, None),
    "h has shape (2, 3)": lambda s: tuple(p.detach()[0] for p in s),
    "c has shape (1, 2, 1)": lambda s: (s[0].detach(), s[1].detach()[..., :1]),
    "all zeros": lambda s: tuple(torch.zeros_like(p) for p in s),
    "swapped": lambda s: tuple(p.detach() for p in s[::-1]),
    "h twice": lambda s: (s[0].detach(),) * 2,
    "c is zero": lambda s: (s[0].detach(), torch.zeros_like(s[1])),
    "h is zero": lambda s: (torch.zeros_like(s[0]), s[1].detach()),
    "values have changed": lambda s: tuple(p.detach() + 0.1 for p in s),
    "dtype has changed to torch.float64": lambda s: tuple(torch.tensor(p.tolist(), dtype=torch.float64) for p in s),
    "graph and all": lambda s: s,
    "what you were given": tuple,
    "both still hang on the graph": lambda s: tuple(p.clone() for p in s),
    "hang on the graph: a clone": lambda s: tuple(p * 1 for p in s),
    "h is detached, c is not: gradients": lambda s: (s[0].detach(), s[1]),
    "c is detached, h is not": lambda s: (s[0].clone(), s[1].data),
    "h is detached, c is not": lambda s: (s[0].detach_(), s[1]),
    "raised AttributeError": lambda s: s.detach(),
}


@pytest.mark.parametrize("answer", RIGHT.values(), ids=RIGHT)
def test_every_way_to_keep_the_values_and_cut_the_gradient_passes(answer):
    verdict = checks.check_carry(answer)
    assert verdict.passed
    assert str(verdict).startswith("✓ Right")
    assert ("In place" in str(verdict)) == (RIGHT["in place"] is answer)


@pytest.mark.parametrize("words", WRONG)
def test_each_mistake_is_named(words):
    verdict = checks.check_carry(WRONG[words])
    assert not verdict.passed
    assert words in str(verdict)


def test_the_right_answer_is_what_a_loop_needs_and_the_same_object_is_not():
    """The verdicts hold water: with the answers that pass, a loop goes on; with the graph kept, it raises."""
    lstm, x = torch.nn.LSTM(1, 3, batch_first=True), torch.ones(2, 4, 1)
    for answer in RIGHT.values():
        state = None
        for _ in range(3):
            out, state = lstm(x, state)
            out.sum().backward()
            state = tuple(answer(state))
    kept = lstm(x)[1]
    kept[0].sum().backward()
    with pytest.raises(RuntimeError, match="second time"):
        lstm(x, WRONG["graph and all"](kept))[0].sum().backward()


def test_the_sentences_are_all_different():
    said = [str(checks.check_carry(answer)) for answer in WRONG.values()]
    alike = {"two tensors", "two tensors, (h, c)"}, {"graph and all", "what you were given"}
    # and the two that hang on the graph, and the two that leave c there
    assert len(set(said)) == len(said) - len(alike) - 2
    assert np.all([sentence.startswith("✗") for sentence in said])


@pytest.mark.parametrize("part", [0, 1])
def test_one_half_that_is_cut_in_place_is_seen_too(part):
    def answer(state):
        state[part].detach_()
        return tuple(p.detach().clone() for p in state)

    assert "In place" in str(checks.check_carry(answer))


def test_the_state_that_is_given_is_one_that_an_lstm_could_hand_on_and_all_its_numbers_differ():
    seen = []
    checks.check_carry(seen.extend)
    h, c = seen
    assert [part.shape for part in seen] == [(1, 2, 3)] * 2
    assert len({*h.flatten().tolist(), *c.flatten().tolist(), 0.0}) == 13
    assert h.abs().max() < 1
    assert all(part.requires_grad and not part.is_leaf for part in seen)
