"""One fact about a library: a sentence, a function that sees it anew or fails, its sources, the lesson it bears on."""

import inspect
import re
from collections.abc import Callable
from typing import NamedTuple


class Fact(NamedTuple):
    """`see` asserts the fact and returns what was seen, None if it needs what we have not; `lesson`: file, #heading."""

    name: str
    sentence: str
    sources: tuple
    lesson: str
    needs: str
    see: Callable | None = None


def collector(facts):
    """A decorator that adds a function to a list of facts: its docstring is the sentence."""

    def fact(*sources, lesson, needs):
        def kept(see):
            facts.append(Fact(see.__name__, " ".join(inspect.getdoc(see).split()), sources, lesson, needs, see))
            return see

        return kept

    return fact


def error_of(call):
    """Type and first words of what a call raises; fails if it raises nothing."""
    try:
        call()
    except Exception as error:
        words = re.split(r"[.(\[] ?(?=[A-Z])| \((?=[a-z])|: \[", " ".join(str(error).split()))[0]
        return f"{type(error).__name__}: {words.rstrip(': ')}"
    raise AssertionError("nothing was raised")
