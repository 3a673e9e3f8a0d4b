"""Ragged series: the files of data/, and toys whose right answer needs a memory of known length."""

import hashlib
from pathlib import Path

import numpy as np

from .refusal import array, random_seed, refusal, short, whole

ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789 -"
CATEGORIES = ("upper", "lower", "other letter", "mark", "number", "punctuation", "symbol", "other")
# A clone keeps data/ beside the package, an installed wheel inside it.
FOLDERS = (Path(__file__).resolve().parents[1] / "data", Path(__file__).resolve().parent / "data")

_CODES = {form: code for code, letter in enumerate(ALPHABET) for form in (letter, letter.lower())}
# Unicode's two-letter categories: the first letter decides, but for letters, where the case does.
_CLASSES = {"Lu": 0, "Lt": 0, "Ll": 1, "Lo": 2, "Lm": 2, "M": 3, "N": 4, "P": 5, "S": 6}


def four_labels():
    """Four labelled series of 2, 3, 4 and 2 steps: list of four (n, 1) float64, labels (4,) int.

    The k-th value of the file is k/10, negative for labels 1 and 3, so that every value tells where it came from.
    Source: ours (CC0). Raises FileNotFoundError or ValueError where a file of data/ is missing or altered.

    >>> ragged, labels = four_labels()
    >>> [x[:, 0].tolist() for x in ragged]
    [[0.1, 0.2], [-0.3, -0.4, -0.5], [0.6, 0.7, 0.8, 0.9], [-1.0, -1.1]]
    >>> labels.tolist()
    [0, 1, 2, 3]
    """
    values = {}
    for label, _, value in rows("four_labels.csv"):
        values.setdefault(int(label), []).append([float(value)])
    return [np.array(steps) for steps in values.values()], np.array(list(values), dtype=np.int64)


def unicode_names():
    """11,606 character names: list of (n,) int codes into ALPHABET, categories (N,) int, list of N str.

    One step is one letter, n = 3..83; a category is an index into CATEGORIES; the order is that of the code points.
    Source: Unicode 3.2, by way of Python's unicodedata.ucd_3_2_0 (Unicode License V3, see data/README.md).

    >>> codes, categories, names = unicode_names()
    >>> names[33], codes[33][:5].tolist(), CATEGORIES[categories[33]]
    ('LATIN CAPITAL LETTER A', [11, 0, 19, 8, 13], 'upper')
    """
    _, names, pairs = zip(*rows("unicode_names.csv"), strict=True)
    categories = np.array([_CLASSES.get(pair, _CLASSES.get(pair[0], 7)) for pair in pairs], dtype=np.int64)
    return [encode(name) for name in names], categories, list(names)


def japanese_vowels():
    """640 spoken vowels: list of (n, 12) float64, speakers (N,) int 0..8, training (N,) bool, True in the given split.

    An utterance has n = 7..29 steps, each twelve cepstral coefficients (no unit) of one moment of speech; the split
    is that of the authors, 270 to train on and 370 to test. Source: Kudo, Toyama and Shimbo 1999, by way of the UCI
    archive (CC BY 4.0, see data/README.md).

    >>> ragged, speakers, training = japanese_vowels()
    >>> ragged[0].shape, np.bincount(speakers[training]).tolist()
    ((20, 12), [30, 30, 30, 30, 30, 30, 30, 30, 30])
    """
    table = rows("vowels.csv")
    utterances = np.array([int(row[0]) for row in table])
    starts = np.flatnonzero(np.diff(utterances, prepend=-1))
    steps = np.array([row[2:14] for row in table], dtype=float)
    speakers = np.array([int(table[start][14]) - 1 for start in starts], dtype=np.int64)
    return np.split(steps, starts[1:]), speakers, np.array([table[start][15] == "train" for start in starts])


def encode(name):
    """A typed name as the network reads it: str of n letters -> (n,) int codes into ALPHABET.

    a-z count as A-Z. Nothing else is replaced or dropped: any other character raises a ValueError that says where.

    >>> encode("Alpha-2").tolist()
    [0, 11, 15, 7, 0, 37, 28]
    """
    if not isinstance(name, str) or not name:
        raise refusal("name", "a str of at least one character", short(name), "type a name such as 'SNOWMAN'")
    for position, character in enumerate(name):
        if character not in _CODES:
            allowed = f"one of the {len(ALPHABET)} characters A-Z (or a-z), 0-9, space and hyphen-minus"
            cure = "leave it out or spell it, as Unicode's own names do"
            raise refusal(f"name[{position}]", allowed, f"{character!r} in {short(name)}", cure)
    return np.array([_CODES[character] for character in name], dtype=np.int64)


def typed(text, most=40):
    """What a lesson reads of a text that was typed, the first letters that the nets know, and what is said of the rest.

    >>> typed("snow 7!")
    ('SNOW 7', ' Not read: !')
    """
    known = "".join(letter for letter in text.upper() if letter in ALPHABET)
    odd = "".join(dict.fromkeys(letter for letter in text.upper() if letter not in ALPHABET and letter.isprintable()))
    said = f" Not read: {odd[:8]}" if odd else ""
    said += f" Of {len(known)} letters the first {most} are read." if len(known) > most else ""
    return known[:most] or " ", said + ("" if known else " No letter is typed: a space stands for one.")


def spaced(text):
    return text.replace(" ", "␣")


def one_hot(codes):
    """Integer codes 0..37 of any shape (...) as vectors: (..., 38) float64, a single 1 in each.

    >>> one_hot(encode("AB"))[:, :3]
    array([[1., 0., 0.],
           [0., 1., 0.]])
    """
    expected = f"an array of ints 0..{len(ALPHABET) - 1}"
    codes = array("codes", codes)
    if codes.dtype.kind not in "iu":
        raise refusal("codes", expected, f"dtype {codes.dtype}", "encode(name) turns letters into codes")
    outside = (codes < 0) | (codes >= len(ALPHABET))
    if outside.any():
        got = f"{codes[outside][0]} at index {np.argwhere(outside)[0].tolist()}"
        raise refusal("codes", expected, got, "padding has no code: lay with fill=0 and let the mask leave it out")
    return np.eye(len(ALPHABET))[codes]


def recall_first(count, shortest, longest, *, seed=0):
    """Recall the sign of the first step: list of count (n, 1) float64, labels (count,) int, 1 where it is positive.

    Steps are standard normal, n uniform in shortest..longest. All steps but the first are noise, so the memory
    needed is n - 1 steps. Series k is the same for every count above k. Source: ours.

    >>> ragged, labels = recall_first(3, 2, 5)
    >>> [bool(x[0, 0] > 0) for x in ragged] == (labels == 1).tolist()
    True
    """
    ragged = _drawn(count, shortest, longest, seed, lambda rng, n: rng.standard_normal((n, 1)))
    return ragged, np.array([x[0, 0] > 0 for x in ragged], dtype=np.int64)


def delayed_echo(count, steps, lag, *, seed=0):
    """Say what was heard lag steps ago: two lists of count (steps, 1) float64, inputs of +-1 and their targets.

    A target is 0 where there is no step that far back yet. The memory needed is lag steps, 0..steps - 1, of one bit
    each. Series k is the same for every count above k. Source: ours.

    >>> heard, said = delayed_echo(1, 5, 2)
    >>> bool((said[0][2:] == heard[0][:-2]).all()), said[0][:2, 0].tolist()
    (True, [0.0, 0.0])
    """
    count, steps = whole("count", count, at_least=1), whole("steps", steps, at_least=1)
    lag = whole("lag", lag, at_least=0, cure="use 0 to echo the same step")
    if lag >= steps:
        raise refusal("lag", f"less than steps = {steps}", lag, "shorten the lag or lengthen the series")
    rng = np.random.default_rng(random_seed("seed", seed))
    heard = [rng.choice([-1.0, 1.0], (steps, 1)) for _ in range(count)]
    return heard, [np.concatenate([np.zeros((lag, 1)), x[: steps - lag]]) for x in heard]


def running_parity(count, shortest, longest, *, seed=0):
    """Is the number of ones so far odd? Two lists of count (n, 1) float64: inputs of 0 and 1, and the parity (1 = odd).

    n is uniform in shortest..longest. The memory needed is one bit, kept and flipped over all n steps.
    Series k is the same for every count above k. Source: ours.

    >>> bits, parity = running_parity(1, 4, 6)
    >>> bool(parity[0][-1, 0] == bits[0].sum() % 2)
    True
    """
    bits = _drawn(count, shortest, longest, seed, lambda rng, n: rng.choice([0.0, 1.0], (n, 1)))
    return bits, [np.cumsum(x, axis=0) % 2 for x in bits]


def data_file(name):
    """The Path of a file of data/, in a clone or in the installed package; FileNotFoundError where it is in neither."""
    for folder in FOLDERS:
        if (folder / name).is_file():
            return folder / name
    looked = " and ".join(map(str, FOLDERS))
    raise FileNotFoundError(f"data file {name!r} is missing: looked in {looked}; {_cure(name)}")


def rows(name):
    """The rows of a data file below its header, as lists of str, once its bytes have proved to be the right ones."""
    path = data_file(name)
    content = path.read_bytes()
    sums = dict(reversed(line.split()) for line in data_file("SHA256SUMS").read_text().splitlines())
    expected, got = sums[name], hashlib.sha256(content).hexdigest()
    if got != expected:
        hint = "its line endings are CRLF, expected LF; " if b"\r" in content else ""
        raise ValueError(
            f"data file {name!r}: expected the bytes this version was written for, sha256 {expected[:16]}..., "
            f"got {got[:16]}... ({len(content):,} bytes in {path}); {hint}{_cure(name)}"
        )
    return [line.split(",") for line in content.decode("ascii").splitlines()[1:]]


def _cure(name):
    rebuild = ", or python scripts/make_unicode_names.py rebuilds it" if name == "unicode_names.csv" else ""
    return f"in a clone git checkout -- data/{name} brings it back{rebuild}; elsewhere reinstall lstm_demo"


def _drawn(count, shortest, longest, seed, steps):
    """count series, each steps(rng, n) of a length n drawn before it."""
    count, shortest = whole("count", count, at_least=1), whole("shortest", shortest, at_least=1)
    longest = whole("longest", longest, at_least=1)
    if shortest > longest:
        raise refusal("shortest", f"at most longest = {longest}", shortest, "swap the two")
    rng = np.random.default_rng(random_seed("seed", seed))
    return [steps(rng, rng.integers(shortest, longest, endpoint=True)) for _ in range(count)]
