"""State carried between calls: each experiment of the lesson, judged by torch itself."""

import numpy as np
import pytest
import torch

import lstm_demo as ld
from lstm_demo import explore
from lstm_demo.torch_lstm import params_of

PARAMS = ld.init_params(2, 5, seed=3)


def samples(count=12, steps=1):
    return torch.tensor(np.random.default_rng(4).standard_normal((count, steps, 2)))


def test_the_gap_is_the_largest_difference_of_arrays_tensors_and_lists():
    assert explore.gap(torch.tensor([1.0, 5.0]), np.array([1.5, 7.0])) == 2.0
    assert explore.gap([[1, 2]], [[1, 2]]) == 0.0
    assert type(explore.gap([1], [2])) is float
    with pytest.raises(ValueError, match=r"^b: expected shape \(3, 1\) like a, got \(3,\)"):
        explore.gap(np.zeros((3, 1)), np.zeros(3))  # never broadcast: a gap of the wrong pairs


def test_twins_have_one_set_of_weights_frozen_and_in_double_precision():
    free, kept = explore.given_and_kept(PARAMS)
    for net in (free, kept):
        assert all(not p.requires_grad and p.dtype == torch.float64 for p in net.parameters())
        for a, b in zip(params_of(net.lstm), PARAMS, strict=True):
            np.testing.assert_array_equal(a, b)
    assert [type(net).__name__ for net in (free, kept)] == ["StatelessLSTM", "StatefulLSTM"]
    assert free.lstm is not kept.lstm


@pytest.mark.parametrize("batch", [1, 3, 4, 12])
@pytest.mark.parametrize("mix", [False, True])
def test_samples_in_batches_are_fed_as_torch_feeds_them(batch, mix):
    x = samples(steps=2)
    order = np.random.default_rng(5).permutation(12) if mix else np.arange(12)
    for keep in (False, True):
        ends = explore.in_batches(PARAMS, x, batch, keep, order if mix else None)
        _, kept = explore.given_and_kept(PARAMS)
        for rows in order.reshape(-1, batch):
            kept(x[rows])
            for name, part in zip("hc", ends, strict=True):
                np.testing.assert_allclose(part[rows], getattr(kept.state, name), atol=1e-12)
            if not keep:
                kept.reset_states()


def test_a_batch_that_does_not_divide_the_samples_is_refused():
    with pytest.raises(ValueError, match=r"^batch: expected a divisor of 12 samples, got 5; a state kept by row"):
        explore.in_batches(PARAMS, samples(), 5, keep=True)
    with pytest.raises(ValueError, match=r"^batch: expected a whole number of at least 1, got 0"):
        explore.in_batches(PARAMS, samples(), 0, keep=True)


def test_a_state_that_is_not_detached_makes_backward_fail_from_the_second_window_on():
    assert "backward through the graph a second time" in explore.error_without_detach(samples(3, 8), width=4)
    assert explore.error_without_detach(samples(3, 8), width=8) == "no error"
