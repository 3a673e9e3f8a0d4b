"""Where units are on together, and where else those same units are."""

from typing import NamedTuple

import numpy as np

from ..refusal import flags, kind, refusal, several, whole


def units_over(on, start, stop):
    """The units that are on at each step from `start` to `stop` - 1 and off at the steps just before and after.

    on  (T, H) bool. A border at an end of the series has no step that could be on.
    Source: H. Strobelt et al., LSTMVis, 2018. Raises ValueError for a span that is empty or leaves the series.
    """
    on, cure = flags("on", on, (None, None)), "count from 0, the stop not included"
    start = whole("start", start, at_least=0, cure=cure)
    if whole("stop", stop, at_least=start + 1, cure=cure) > len(on):
        raise refusal("stop", f"at most {len(on)}, the steps that there are", stop, cure)
    borders = [t for t in (start - 1, stop) if 0 <= t < len(on)]
    return np.flatnonzero(on[start:stop].all(axis=0) & ~on[borders].any(axis=0))


def spans(on, shortest=1):
    """Where all units are on together: [(start, stop)] of each longest stretch of at least `shortest` steps.

    on  (T, U) bool, the columns of the units that are looked for. Of no unit at all nothing can be said: no spans.

    >>> spans(np.array([[1, 1], [1, 0], [1, 1], [1, 1]], bool))
    [(0, 1), (2, 4)]
    """
    on, shortest = flags("on", on, (None, None)), whole("shortest", shortest, at_least=1)
    if not on.shape[1]:
        return []
    edges = np.diff(on.all(axis=1).astype(int), prepend=0, append=0)
    starts, stops = (np.flatnonzero(edges == edge).tolist() for edge in (1, -1))
    return [(a, b) for a, b in zip(starts, stops, strict=True) if b - a >= shortest]


class Sense(NamedTuple):
    """What the units on over a span of a word say: they are on together `found` times, a `share` of it in that word."""

    span: str
    word: str
    units: int
    found: int
    share: float


def senses(on, texts, which, shortest=3):
    """The Sense of each span of a word, of `shortest` letters or more, in text `which`; on: (n, H) bool a text."""
    texts, on = _marked(texts, on)
    which = whole("which", which, at_least=0)
    shortest = whole("shortest", shortest, at_least=1)
    if which >= len(texts):
        raise refusal("which", f"one of {len(texts)} texts, from 0 on", which, "count from 0")
    places = [(k, k + n) for n in range(shortest, len(texts[which]) + 1) for k in range(len(texts[which]) + 1 - n)]
    within = [(a, b) for a, b in places if " " not in texts[which][a:b]]
    told = [_sense(on, texts, texts[which], a, b, units_over(on[which], a, b)) for a, b in within]
    return [sense for sense in told if sense.units]


def _marked(texts, on):
    """Both as lists, if `on` has bool marks (n, H) for each of their letters, of one H."""
    texts = [kind(f"texts[{k}]", text, str, "give texts") for k, text in enumerate(several("texts", texts))]
    on = several("on", on, "give the marks of each text")
    if len(on) != len(texts):
        raise refusal("on", f"marks for each of {len(texts)} texts", f"{len(on)}", "give one array a text")
    units = flags("on[0]", on[0], (None, None)).shape[1]
    pairs = enumerate(zip(texts, on, strict=True))
    return texts, [flags(f"on[{k}]", marks, (len(text), units)) for k, (text, marks) in pairs]


def _sense(on, texts, text, start, stop, units):
    word = text[text.rfind(" ", 0, start) + 1 :].split(" ")[0]
    found = [(one, *span) for one, marks in zip(texts, on, strict=True) for span in spans(marks[:, units], 2)]
    share = float(np.mean([lies_in(*place, word) for place in found])) if found else 0.0
    return Sense(text[start:stop], word, len(units), len(found), share)


def lies_in(text, start, stop, word):
    """Whether a span of a text lies within one of the places where a word stands in it.

    >>> lies_in("LATIN LETTER A", 8, 11, "LETTER"), lies_in("LATIN LETTER A", 8, 13, "LETTER")
    (True, False)
    """
    kind("text", text, str, "give a text"), kind("word", word, str, "give a word")
    start, stop = whole("start", start, at_least=0), whole("stop", stop, at_least=0)
    places = range(max(0, stop - len(word)), start + 1)
    return any(text.startswith(word, place) for place in places)
