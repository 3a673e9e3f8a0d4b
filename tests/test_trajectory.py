"""What is read off trajectories: judged by hand, by scikit-learn, and by data whose answer is known."""

import itertools

import numpy as np
import pytest
from sklearn.decomposition import PCA
from sklearn.metrics import roc_auc_score

import lstm_demo as ld
from lstm_demo import trajectory

RNG = np.random.default_rng(0)
STATES = RNG.normal(size=(60, 5)) * [5, 0.1, 3, 1, 0.1] + 7


# --- one fixed projection --------------------------------------------------------------------------------------------


def test_a_projection_is_that_of_scikit_learn_up_to_the_free_sign():
    plane, theirs = trajectory.projection(STATES), PCA(2).fit(STATES)
    np.testing.assert_allclose(plane.share, theirs.explained_variance_ratio_, atol=1e-12)
    np.testing.assert_allclose(np.abs(plane(STATES)), np.abs(theirs.transform(STATES)), atol=1e-10)


def test_the_plane_is_centred_its_directions_are_unit_and_right_angled_and_the_first_varies_most():
    plane = trajectory.projection(STATES)
    np.testing.assert_allclose(plane.directions @ plane.directions.T, np.eye(2), atol=1e-12)
    np.testing.assert_allclose(plane(STATES).mean(axis=0), 0, atol=1e-12)
    assert 1 > plane.share[0] > plane.share[1] > 0
    assert [np.abs(row).argmax() for row in plane.directions] == [0, 2]


def test_the_free_sign_is_fixed_so_that_turned_data_give_turned_points():
    plane, turned = trajectory.projection(STATES), trajectory.projection(-STATES)
    np.testing.assert_allclose(plane.directions, turned.directions, atol=1e-10)
    assert all(row[np.abs(row).argmax()] > 0 for row in plane.directions)


def test_the_same_plane_is_used_for_whatever_is_projected_and_any_shape_of_it():
    plane = trajectory.projection(STATES)
    np.testing.assert_allclose(plane(STATES.reshape(6, 10, 5))[2, 3], plane(STATES)[23])
    np.testing.assert_allclose(plane(STATES[0]), plane(STATES)[0])


@pytest.mark.parametrize("states", [np.zeros((1, 4)), np.zeros((4, 1)), np.zeros(4), np.zeros((2, 3, 4))])
def test_a_projection_refuses_what_has_no_plane(states):
    with pytest.raises(ValueError, match=r"^states: expected \(N, H\), both at least 2, got shape"):
        trajectory.projection(states)


def test_a_projection_refuses_states_that_do_not_vary():
    with pytest.raises(ValueError, match=r"^states: expected states that vary"):
        trajectory.projection(np.ones((4, 3)))


def test_the_deceiving_pair_is_the_furthest_of_those_that_look_alike():
    flat = trajectory.Projection(np.zeros(3), np.eye(3)[:2], np.array([0.5, 0.3]))
    states = np.array([[0, 0, 0], [0, 0.1, 9], [0, 0.1, 20], [5, 5, 50], [0.2, 0, 3.0]])
    lie = trajectory.deception(flat, states, near=0.15)
    assert lie.pair == (0, 2)
    assert (lie.plane, lie.full) == (pytest.approx(0.1), pytest.approx(np.hypot(0.1, 20)))
    pairs = [np.linalg.norm(a - b) for a, b in itertools.combinations(states, 2)]
    assert lie.usual == pytest.approx(np.median(pairs))
    with pytest.raises(ValueError, match=r"^near: expected a distance that some pair is below, got 0.01"):
        trajectory.deception(flat, states[[0, 3]], near=0.01)


# --- forgetting ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("distance", "half"),
    [
        ([4, 3, 1.9, 5], 2),
        ([4, 2, 1], 2),
        ([4, 9, 8], None),
        ([4], None),
        ([4, 1], 1),
        ([2, 8, 3, 0.9], 3),
        ([4, 1, 3, 1, 0.5], 1),
    ],
)
def test_the_half_life_is_the_first_step_below_half_of_the_first_distance(distance, half):
    assert trajectory.half_life(distance) == half


def test_the_forget_gates_foresee_exactly_what_happens_where_they_alone_act():
    """No weights: both runs have the same gates and write the same."""
    rng, units = np.random.default_rng(3), 6
    params = ld.Params(np.zeros((24, 2)), np.zeros((24, 6)), rng.normal(size=24))
    one, other = (ld.State(rng.normal(size=(1, units)), rng.normal(size=(1, units))) for _ in range(2))
    x = rng.normal(size=(1, 30, 2))
    a, b = ld.run(params, x, state=one), ld.run(params, x, state=other)
    told = trajectory.foreseen(a.f[0], (one.c - other.c)[0])
    assert told.shape == (31,)
    assert told[0] == pytest.approx(np.linalg.norm(one.c - other.c))
    np.testing.assert_allclose(told[1:], np.linalg.norm((a.c - b.c)[0], axis=1), rtol=1e-10)


def test_with_recurrent_weights_the_forget_gates_foresee_something_else():
    params = ld.init_params(2, 6, forget_bias=1)
    one, other = ld.State(np.ones((1, 6)), np.ones((1, 6))), ld.State(-np.ones((1, 6)), -np.ones((1, 6)))
    x = np.random.default_rng(3).normal(size=(1, 30, 2))
    a, b = ld.run(params, x, state=one), ld.run(params, x, state=other)
    told = trajectory.foreseen(a.f[0], (one.c - other.c)[0])[1:]
    assert np.abs(told / np.linalg.norm((a.c - b.c)[0], axis=1) - 1).max() > 0.1


# --- what a unit tells -----------------------------------------------------------------------------------------------


def test_telling_is_the_area_of_scikit_learn_ties_included():
    values = np.column_stack([RNG.normal(size=80), RNG.integers(0, 3, 80), np.zeros(80)])
    labels = RNG.random(80) < 0.3
    want = [roc_auc_score(labels, column) for column in values.T]
    np.testing.assert_allclose(trajectory.telling(values, labels), want, atol=1e-12)
    assert trajectory.telling(values, labels)[2] == 0.5


def test_a_perfect_unit_tells_1_and_the_same_turned_over_0():
    labels = np.array([True, False, True])
    assert trajectory.telling(np.column_stack([labels, ~labels]), labels).tolist() == [1, 0]


@pytest.mark.parametrize("labels", [np.ones(3, bool), np.zeros(3, bool), np.array([0, 1, 0]), np.ones(4, bool)])
def test_telling_refuses_labels_that_tell_nothing_apart_or_do_not_fit(labels):
    with pytest.raises(ValueError, match=r"^labels: expected"):
        trajectory.telling(np.zeros((3, 2)), labels)


def noisy(count=40, units=64, seed=1):
    rng = np.random.default_rng(seed)
    states = [rng.normal(size=(rng.integers(5, 15), units)) for _ in range(count)]
    return states, [rng.random(len(one)) < 0.3 for one in states]


def test_of_many_units_of_noise_the_best_looks_like_a_tracker_where_it_was_chosen_and_not_where_it_is_tested():
    states, labels = noisy()
    best = trajectory.best_unit(states, labels)
    assert best.chosen > 0.6
    assert 0.4 < best.tested < 0.6
    assert best.shuffled > 0.55
    assert best.chosen == pytest.approx(best.shuffled, abs=0.06)


@pytest.mark.parametrize("sign", [1, -1])
def test_a_unit_that_tracks_is_found_high_or_low_and_holds_on_the_other_half(sign):
    states, labels = noisy()
    for one, label in zip(states, labels, strict=True):
        one[:, 17] += 4 * sign * label
    best = trajectory.best_unit(states, labels)
    assert best.unit == 17
    assert min(best.chosen, best.tested) > 0.95
    assert max(best.shuffled, best.borrowed) < 0.75


def test_a_unit_that_holds_on_the_first_half_only_is_seen_through():
    states, labels = noisy()
    for one, label in zip(states[:20], labels[:20], strict=True):
        one[:, 3] += 4 * label
    for one, label in zip(states[20:], labels[20:], strict=True):
        one[:, 3] -= 4 * label
    best = trajectory.best_unit(states, labels)
    assert (best.unit, best.chosen > 0.95, best.tested < 0.05) == (3, True, True)


def test_a_clock_is_level_with_borrowed_labels_and_far_above_shuffled_ones():
    """The label is where a series begins, and one unit counts: it knows the step, and nothing of its series."""
    states, _ = noisy()
    labels = [np.arange(len(one)) < 3 for one in states]
    for one in states:
        one[:, 5] = np.arange(len(one))
    best = trajectory.best_unit(states, labels)
    assert best.tested == pytest.approx(1)
    assert best.borrowed > 0.99
    assert best.shuffled < 0.75


def test_chance_is_the_same_every_time_and_nothing_that_is_given_is_changed():
    states, labels = noisy()
    before = [one.copy() for one in (*states, *labels)]
    assert trajectory.best_unit(states, labels) == trajectory.best_unit(states, labels)
    assert all((a == b).all() for a, b in zip(before, (*states, *labels), strict=True))
    assert trajectory.best_unit(states, labels, seed=1).shuffled != trajectory.best_unit(states, labels).shuffled


def test_no_series_borrows_its_own_labels():
    """Labels that are the unit itself: were one of them its own, the best unit by chance would be too good."""
    rng = np.random.default_rng(0)
    labels = [rng.random(50) < 0.5 for _ in range(4)]
    states = [np.column_stack([one, rng.random(50)]).astype(float) for one in labels]
    best = trajectory.best_unit(states, labels, draws=20)
    assert (best.tested, best.borrowed < 0.75) == (1, True)


def test_too_few_series_and_labels_that_are_missing_are_refused():
    states, labels = noisy()
    for some, other in ((states[:3], labels[:3]), (states, labels[:-1])):
        with pytest.raises(ValueError, match=r"^states: expected four series or more, and labels for each, got"):
            trajectory.best_unit(some, other)
    with pytest.raises(ValueError, match=r"^draws: expected a whole number of at least 1"):
        trajectory.best_unit(states, labels, draws=0)


# --- where else ------------------------------------------------------------------------------------------------------

ON = np.array(
    [
        # exactly 1..3, from before, to behind, with a hole, always, never
        [0, 1, 0, 0, 1, 0],
        [1, 1, 1, 1, 1, 0],
        [1, 1, 1, 0, 1, 0],
        [1, 1, 1, 1, 1, 0],
        [0, 0, 1, 0, 1, 0],
    ],
    bool,
)


def test_units_over_a_span_are_on_at_each_of_its_steps_and_off_at_both_borders():
    assert trajectory.units_over(ON, 1, 4).tolist() == [0]


def test_a_border_at_an_end_of_the_series_asks_nothing():
    assert trajectory.units_over(ON, 0, 4).tolist() == [1]
    assert trajectory.units_over(ON, 1, 5).tolist() == [2]
    assert trajectory.units_over(ON, 0, 5).tolist() == [4]


@pytest.mark.parametrize("span", [(2, 2), (3, 1), (-1, 2), (0, 6)])
def test_a_span_that_is_empty_or_leaves_the_series_is_refused(span):
    with pytest.raises(ValueError, match=r"^start, stop: expected a span within 5 steps, got"):
        trajectory.units_over(ON, *span)


def test_spans_are_the_longest_stretches_on_which_all_units_are_on():
    assert trajectory.spans(ON[:, [0]]) == [(1, 4)]
    assert trajectory.spans(ON[:, [1]]) == [(0, 4)]
    assert trajectory.spans(ON[:, [3]]) == [(1, 2), (3, 4)]
    assert trajectory.spans(ON[:, [0, 2, 4]]) == [(1, 4)]
    assert trajectory.spans(ON[:, [2, 3]]) == [(1, 2), (3, 4)]
    assert trajectory.spans(ON[:, [0, 5]]) == []


def test_short_spans_are_left_out_where_longer_ones_are_asked_for_and_no_units_give_no_spans():
    assert trajectory.spans(ON[:, [3]], shortest=2) == []
    assert trajectory.spans(ON[:, [1]], shortest=4) == [(0, 4)]
    assert trajectory.spans(ON[:, []]) == []


@pytest.mark.parametrize("seed", range(5))
def test_a_span_is_found_again_by_the_units_that_are_on_over_it(seed):
    on = np.random.default_rng(seed).random((30, 200)) < 0.6
    for start, stop in ((0, 2), (5, 8), (28, 30)):
        units = trajectory.units_over(on, start, stop)
        assert len(units)
        assert (start, stop) in trajectory.spans(on[:, units])


def test_the_senses_of_a_text_are_those_of_each_span_of_its_words_that_some_unit_marks():
    texts = ["AB CDE", "XCDE"]
    on = [np.zeros((len(text), 3), bool) for text in texts]
    on[0][3:6, 0] = True  # over CDE, at the end
    on[0][:2, 1] = True  # over AB
    on[0][1:4, 2] = True  # over "B C", which is no span of a word
    on[1][1:4, 0] = True
    on[1][:2, 1] = True
    told = trajectory.senses(on, texts, 0, shortest=2)
    assert told == [
        trajectory.Sense("AB", "AB", 1, 2, 0.5),
        trajectory.Sense("CDE", "CDE", 1, 2, 1.0),
    ]
    assert trajectory.senses(on, texts, 0) == told[1:]
    alone = trajectory.senses([np.ones((3, 1), bool)], ["ABC"], 0)
    assert alone == [trajectory.Sense("ABC", "ABC", 1, 1, 1.0)]
    assert trajectory.senses(on, texts, 1)[-1] == trajectory.Sense("CDE", "XCDE", 1, 2, 0.5)


@pytest.mark.parametrize(
    ("start", "stop", "inside"),
    [(0, 2, True), (1, 3, True), (0, 3, True), (2, 4, False), (3, 5, False), (6, 9, True), (8, 9, True), (5, 9, False)],
)
def test_a_span_lies_in_a_word_if_one_of_its_places_holds_all_of_it(start, stop, inside):
    assert trajectory.lies_in("ABC  XABCA", start, stop, "ABC") is inside
