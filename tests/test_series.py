"""Laws of lstm_demo.series: what the loaders hand out, and how far back each toy makes one remember."""

from collections import Counter
from itertools import pairwise

import numpy as np
import pytest

from lstm_demo import series

TOYS = {
    "recall_first": (series.recall_first, (40, 2, 9)),
    "delayed_echo": (series.delayed_echo, (40, 9, 3)),
    "echo without lag": (series.delayed_echo, (40, 9, 0)),
    "running_parity": (series.running_parity, (40, 2, 9)),
}
toys = pytest.mark.parametrize(("toy", "arguments"), TOYS.values(), ids=TOYS.keys())


@pytest.fixture(scope="module")
def unicode_names():
    return series.unicode_names()


def flat(result):
    """Every number of a toy's or a loader's result in one array, the inputs first."""
    return np.concatenate([np.asarray(part, dtype=float).ravel() for parts in result for part in parts])


# --- the loaders -----------------------------------------------------------------------------------------------------


def test_the_four_labels_have_2_3_4_and_2_steps():
    ragged, labels = series.four_labels()
    assert isinstance(ragged, list)
    assert [x.shape for x in ragged] == [(2, 1), (3, 1), (4, 1), (2, 1)]
    assert {x.dtype for x in ragged} == {np.dtype("float64")}
    assert labels.tolist() == [0, 1, 2, 3]
    assert labels.dtype.kind == "i"


def test_the_four_labels_are_small_distinct_one_decimal_values_of_both_signs_and_never_0():
    values = flat(series.four_labels()[:1]).tolist()
    assert values == [0.1, 0.2, -0.3, -0.4, -0.5, 0.6, 0.7, 0.8, 0.9, -1.0, -1.1]
    assert len(set(values)) == 11
    assert 0.0 not in values
    assert all(abs(value) <= 1.5 and value == round(value, 1) for value in values)


def test_unicode_names_are_11606_ragged_series_of_codes(unicode_names):
    codes, categories, names = unicode_names
    assert len(codes) == len(categories) == len(names) == 11_606
    assert isinstance(codes, list)
    assert isinstance(names, list)
    assert {(code.ndim, code.dtype.kind) for code in codes} == {(1, "i")}
    assert (categories.shape, categories.dtype.kind) == ((11_606,), "i")
    assert {type(name) for name in names} == {str}


def test_decoding_the_codes_gives_the_names_back(unicode_names):
    codes, _, names = unicode_names
    assert ["".join(series.ALPHABET[code] for code in row) for row in codes] == names


def test_the_alphabet_is_38_characters_and_each_one_is_used(unicode_names):
    assert list(series.ALPHABET) == [*map(chr, range(65, 91)), *"0123456789", " ", "-"]
    assert set(np.concatenate(unicode_names[0]).tolist()) == set(range(38))


@pytest.mark.parametrize(
    ("name", "category"),
    [
        ("LATIN CAPITAL LETTER A", "upper"),
        ("LATIN CAPITAL LETTER D WITH SMALL LETTER Z WITH CARON", "upper"),  # Lt
        ("GREEK SMALL LETTER ALPHA", "lower"),
        ("HEBREW LETTER ALEF", "other letter"),
        ("MODIFIER LETTER SMALL H", "other letter"),  # Lm
        ("COMBINING ACUTE ACCENT", "mark"),
        ("DIGIT SEVEN", "number"),
        ("ROMAN NUMERAL FIVE", "number"),  # Nl
        ("LOW LINE", "punctuation"),
        ("SNOWMAN", "symbol"),
        ("PLUS SIGN", "symbol"),  # Sm
        ("SPACE", "other"),
        ("ZERO WIDTH JOINER", "other"),  # Cf
    ],
)
def test_a_name_that_one_knows_has_the_class_that_one_expects(unicode_names, name, category):
    _, categories, names = unicode_names
    assert series.CATEGORIES[categories[names.index(name)]] == category


@pytest.mark.parametrize("load", [series.four_labels, series.unicode_names])
def test_loaders_share_nothing_between_calls(load):
    ragged, labels, *names = load()
    untouched = flat((ragged, labels))
    for x in ragged:
        x[:] = 7
    labels[:] = 7
    for part in names:
        part.clear()
    ragged.clear()
    again = load()
    assert np.array_equal(flat(again[:2]), untouched)
    assert all(again[2:])


@pytest.mark.parametrize("load", [series.four_labels, series.unicode_names])
def test_writing_into_one_series_changes_no_other(load):
    ragged = load()[0]
    untouched = flat((ragged[1:],))
    ragged[0][:] = 7
    assert np.array_equal(flat((ragged[1:],)), untouched)


# --- letters and vectors ---------------------------------------------------------------------------------------------


def test_encode_reads_small_letters_as_capitals():
    assert series.encode("z9 -a").tolist() == [25, 35, 36, 37, 0]
    assert np.array_equal(series.encode("Snowman"), series.encode("SNOWMAN"))


@pytest.mark.parametrize(
    ("name", "message"),
    [
        (
            "caf\u00e9",
            r"^name\[3\]: expected one of the 38 .*A-Z.*0-9.*, got '\u00e9' in 'caf\u00e9'; leave it",
        ),
        ("A\tB", r"^name\[1\]: .* got '\\t'"),
        ("stra\u00dfe", r"^name\[4\]: .* got '\u00df'"),  # str.upper would make two letters of it
        ("\u0131", r"^name\[0\]: .* got '\u0131'"),  # ... and an I of this one
        ("A\u2011B", r"^name\[1\]: "),
        ("", r"^name: expected a str of at least one character, got ''; type a name"),
        (None, r"^name: expected a str .*, got None"),
        (b"SNOWMAN", r"^name: expected a str .*, got b'SNOWMAN'"),
        ([5] * 10_000, r"^name: expected a str .*, got \[5, 5, 5, 5, 5, 5, \.\.\.\]; type a name"),
        ("A" * 10_000 + "_", r"^name\[10000\]: .* got '_' in 'A{27}\.\.\.A{27}_'; leave it"),
    ],
)
def test_encode_refuses_what_the_alphabet_does_not_hold(name, message):
    with pytest.raises(ValueError, match=message):
        series.encode(name)


@pytest.mark.parametrize("shape", [(), (4,), (2, 3), (0,), (2, 0), (2, 1, 3)])
@pytest.mark.parametrize("dtype", [np.int64, np.uint8, np.int16])
def test_one_hot_holds_a_single_1_at_the_place_of_the_code(shape, dtype):
    codes = np.random.default_rng(1).integers(0, 38, shape).astype(dtype)
    vectors = series.one_hot(codes)
    assert (vectors.shape, vectors.dtype) == ((*shape, 38), np.float64)
    for place in np.ndindex(shape):
        assert vectors[place].tolist() == [float(k == codes[place]) for k in range(38)]


def test_one_hot_takes_a_list_and_leaves_its_argument_alone():
    codes = np.array([3, 37])
    series.one_hot(codes)[:] = 5
    assert codes.tolist() == [3, 37]
    assert np.argmax(series.one_hot([3, 37]), axis=-1).tolist() == [3, 37]


@pytest.mark.parametrize(
    ("codes", "message"),
    [
        ([0, 38], r"^codes: expected an array of ints 0\.\.37, got 38 at index \[1\]; padding has no code"),
        ([[0, 1], [2, -1]], r"^codes: .* 0\.\.37, got -1 at index \[1, 1\]; .*fill=0"),
        ([0.0, 1.0], r"^codes: .* got dtype float64; encode\(name\)"),
        ([True, False], r"^codes: .* got dtype bool; encode"),
        ("SNOWMAN", r"^codes: .* got dtype <U7; encode"),
        (None, r"^codes: .* got dtype object; encode"),
        ([], r"^codes: .* got dtype float64"),
        ([[0, 1], [2]], r"^codes: .* got a ragged list; .* pass one at a time$"),
    ],
)
def test_one_hot_refuses_what_is_no_code(codes, message):
    with pytest.raises(ValueError, match=message):
        series.one_hot(codes)


# --- the toys --------------------------------------------------------------------------------------------------------


@toys
def test_a_toy_is_the_same_for_the_same_seed_and_another_for_another(toy, arguments):
    first = flat(toy(*arguments, seed=3))
    assert np.array_equal(first, flat(toy(*arguments, seed=3)))
    assert np.array_equal(flat(toy(*arguments)), flat(toy(*arguments, seed=0)))
    assert not np.array_equal(first, flat(toy(*arguments, seed=4)))


@toys
def test_a_toy_shares_nothing_between_calls(toy, arguments):
    inputs, answers = toy(*arguments)
    untouched = flat((inputs, answers))
    for x in inputs:
        x[:] = 7
    assert np.array_equal(flat((answers,)), untouched[-flat((answers,)).size :])  # no view of its input either
    answers[0] = 7
    assert np.array_equal(flat(toy(*arguments)), untouched)


@toys
def test_more_series_leave_the_first_ones_as_they_were(toy, arguments):
    few, many = toy(5, *arguments[1:]), toy(9, *arguments[1:])
    assert all(np.array_equal(flat((few[part],)), flat((many[part][:5],))) for part in (0, 1))


@toys
def test_a_toy_takes_numpy_integers(toy, arguments):
    as_numpy = toy(*map(np.int32, arguments), seed=np.uint8(3))
    assert np.array_equal(flat(as_numpy), flat(toy(*arguments, seed=3)))


@pytest.mark.parametrize("toy", [series.recall_first, series.running_parity])
def test_the_largest_number_of_a_small_numpy_type_does_not_wrap_around(toy):
    assert np.array_equal(flat(toy(2, 250, np.uint8(255))), flat(toy(2, 250, 255)))


@pytest.mark.parametrize("toy", [series.recall_first, series.running_parity])
def test_lengths_fill_the_range_from_shortest_to_longest_and_no_more(toy):
    lengths = Counter(len(x) for x in toy(400, 3, 6)[0])
    assert sorted(lengths) == [3, 4, 5, 6]
    assert min(lengths.values()) > 60  # 100 expected, 8.7 the standard deviation
    assert {len(x) for x in toy(5, 4, 4)[0]} == {4}


def test_recall_first_asks_for_the_sign_of_the_first_step():
    ragged, labels = series.recall_first(300, 1, 7, seed=2)
    assert {(x.shape[1], x.dtype) for x in ragged} == {(1, np.dtype("float64"))}
    assert (labels.shape, labels.dtype.kind) == ((300,), "i")
    for x, label in zip(ragged, labels, strict=True):
        expected = 0
        for value in x[:1, 0]:
            if value > 0:
                expected = 1
        assert label == expected


def test_recall_first_is_told_by_no_step_but_the_first():
    ragged, labels = series.recall_first(4000, 6, 6)
    x, wanted = np.stack(ragged)[:, :, 0], labels == 1
    agree = ((x > 0) == wanted[:, None]).mean(axis=0)
    assert agree[0] == 1.0
    assert np.abs(agree[1:] - 0.5).max() < 0.04  # 5 standard deviations of a coin thrown 4,000 times
    assert abs(wanted.mean() - 0.5) < 0.04
    assert abs(x.mean()) < 0.03
    assert abs(x.std() - 1) < 0.03


@pytest.mark.parametrize("lag", [0, 1, 3, 8])
def test_delayed_echo_says_what_was_heard_lag_steps_ago(lag):
    heard, said = series.delayed_echo(50, 9, lag, seed=2)
    assert {(x.shape, x.dtype) for x in heard + said} == {((9, 1), np.dtype("float64"))}
    assert set(flat((heard,)).tolist()) == {-1.0, 1.0}
    for x, target in zip(heard, said, strict=True):
        past = [0.0] * lag
        for value, wanted in zip(x[:, 0], target[:, 0], strict=True):
            past.append(value)
            assert wanted == past.pop(0)


def test_delayed_echo_is_told_by_the_step_exactly_lag_back_and_by_no_other():
    heard, said = (np.stack(part)[:, :, 0] for part in series.delayed_echo(4000, 9, 3))
    agree = [(heard[:, 8 - back] == said[:, 8]).mean() for back in range(9)]
    assert agree.pop(3) == 1.0
    assert np.abs(np.array(agree) - 0.5).max() < 0.04


def test_delayed_echo_leaves_the_answer_open_to_whoever_remembers_a_step_less():
    heard, said = (np.stack(part)[:, :, 0] for part in series.delayed_echo(500, 9, 3))
    answers = {}
    for x, target in zip(heard, said, strict=True):
        answers.setdefault(tuple(x[6:9]), set()).add(target[8])  # the last 3 steps; the 4th from the end is wanted
    assert len(answers) == 8
    assert all(seen == {-1.0, 1.0} for seen in answers.values())


def test_running_parity_counts_the_ones():
    bits, parity = series.running_parity(50, 1, 12, seed=2)
    assert {x.dtype for x in bits + parity} == {np.dtype("float64")}
    assert [x.shape for x in bits] == [x.shape for x in parity]
    assert set(flat((bits,)).tolist()) == {0.0, 1.0}
    assert 0.4 < flat((bits,)).mean() < 0.6
    for x, target in zip(bits, parity, strict=True):
        ones = 0
        for bit, wanted in zip(x[:, 0], target[:, 0], strict=True):
            ones += bit == 1
            assert wanted == ones % 2


def test_running_parity_needs_one_bit_of_memory_and_no_less():
    bits, parity = (np.stack(part)[:, :, 0] for part in series.running_parity(500, 6, 6))
    with_memory, without = {}, {}
    for x, target in zip(bits, parity, strict=True):
        for (before, after), bit in zip(pairwise(target), x[1:], strict=True):
            with_memory.setdefault((before, bit), set()).add(after)
        without.setdefault(tuple(x[1:]), set()).add(target[-1])  # all steps but the first
    assert len(with_memory) == 4
    assert all(len(seen) == 1 for seen in with_memory.values())
    assert len(without) == 32
    assert all(len(seen) == 2 for seen in without.values())


GOOD = {
    series.recall_first: {"count": 3, "shortest": 2, "longest": 5, "seed": 0},
    series.delayed_echo: {"count": 3, "steps": 5, "lag": 2, "seed": 0},
    series.running_parity: {"count": 3, "shortest": 2, "longest": 5, "seed": 0},
}
SLIPS = [(toy, argument, slip) for toy in GOOD for argument in GOOD[toy] for slip in (-1, 3.0, True, None, "3", [3])]


@pytest.mark.parametrize(("toy", "argument", "slip"), SLIPS)
def test_an_argument_that_is_no_whole_number_is_refused_by_name(toy, argument, slip):
    least = 0 if argument in ("lag", "seed") else 1
    with pytest.raises(ValueError, match=rf"^{argument}: expected a whole number of at least {least}, got .*; \w"):
        toy(**{**GOOD[toy], argument: slip})


@pytest.mark.parametrize(
    ("toy", "argument"), [(toy, argument) for toy in GOOD for argument in GOOD[toy] if argument not in ("lag", "seed")]
)
def test_none_of_something_is_refused_by_name(toy, argument):
    with pytest.raises(ValueError, match=f"^{argument}: expected .* at least 1, got 0; "):
        toy(**{**GOOD[toy], argument: 0})


@pytest.mark.parametrize("toy", [series.recall_first, series.running_parity])
def test_lengths_the_wrong_way_round_are_refused(toy):
    with pytest.raises(ValueError, match=r"^shortest: expected at most longest = 4, got 5; swap the two"):
        toy(3, 5, 4)


@pytest.mark.parametrize("lag", [5, 6])
def test_a_lag_that_reaches_over_the_whole_series_is_refused(lag):
    with pytest.raises(ValueError, match=f"^lag: expected less than steps = 5, got {lag}; shorten the lag"):
        series.delayed_echo(3, 5, lag)


def test_the_smallest_sizes_that_are_admitted_are_admitted():
    for toy in (series.recall_first, series.running_parity):
        assert [one.shape for one in toy(1, 1, 1)[0]] == [(1, 1)]
    assert [one.shape for one in series.delayed_echo(1, 1, 0)[0]] == [(1, 1)]
