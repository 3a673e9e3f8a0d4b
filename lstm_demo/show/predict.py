"""A prediction: asked for before the reveal; one press locks it and holds it against the answer."""

import html

import ipywidgets as widgets
import numpy as np

from ..refusal import kind, refusal, several, short
from .picture import DRAWING, spoken
from .style import STYLE

MOST_ANSWERS = 16
GUESSES = {}  # {question: guess}, so that the card of a cell that is run again opens as it was left


def predict(question, options, answer, why):
    """A card with a question and its answers. Pressing one locks it as the guess, and shows which is right, and why.

    question  the sentence to be answered; by it the kernel remembers the guess
    options   a list of choices (strings), or a range of whole numbers, at most 16 of them
    answer    the right choice, or the right number
    why       one or two sentences

    Raises ValueError if the answer is not among the options.
    """
    for name, text in (("question", question), ("why", why)):
        kind(name, text, str, "say it in a sentence")
    options, answer = _choices(options, answer)
    buttons = {option: widgets.Button(description=str(option)) for option in options}
    reveal = widgets.HTML(layout={"display": "none"}).add_class("lstm-reveal")

    def lock(guess):
        with DRAWING:  # of two presses at once the first counts
            if not reveal.value:
                GUESSES[question] = guess
                _mark(buttons, guess, answer)
                reveal.value, reveal.layout.display = spoken(_judged(guess, answer, why)), ""

    for option, button in buttons.items():
        button.on_click(lambda _, option=option: lock(option))
    if GUESSES.get(question) in buttons:
        lock(GUESSES[question])
    asked = widgets.HTML(f"{STYLE}<b>{html.escape(question)}</b>")
    across = isinstance(options, range)
    box = widgets.HBox if across else widgets.VBox
    layout = {"flex_flow": "row wrap"} if across else {"width": "max-content", "max_width": "100%"}
    return widgets.VBox([asked, box([*buttons.values()], layout=layout), reveal]).add_class("lstm-predict")


def _choices(options, answer):
    """The options as a range of numbers or a list of strings, and the answer, which is one of them."""
    if not isinstance(options, range):
        if not isinstance(options, list | tuple):
            options = several("options", options, "give the choices, or a range of whole numbers")
        options, answer = [str(option) for option in options], str(answer)
    elif options.step < 0:
        raise refusal("options", "an ascending range", options, "turn it round")
    elif isinstance(answer, bool) or not isinstance(answer, int | np.integer):
        raise refusal("answer", "a whole number, as the options are", short(answer), "give an int")
    if answer not in options:
        raise refusal("answer", f"one of {short(options)}", short(answer), "add it to the options")
    if len(options) > MOST_ANSWERS:
        raise refusal("options", f"at most {MOST_ANSWERS} answers to choose from", len(options), "leave some out")
    return options, answer if isinstance(answer, str) else int(answer)


def _mark(buttons, guess, answer):
    """Say on the buttons what was chosen and what is right; only the chosen one stays on, and with it the focus."""
    for option, button in buttons.items():
        button.disabled = option != guess
    buttons[guess].description = f"{'✓' if guess == answer else '✗'} {guess}"
    buttons[guess].add_class("lstm-chosen")
    buttons[answer].description = f"✓ {answer}"
    buttons[answer].add_class("lstm-right")


def _judged(guess, answer, why):
    if guess == answer:
        return f"✓ Yes: {_quoted(answer)}. {why}"
    gap = f", {abs(guess - answer)} away" if isinstance(guess, int) else ""
    return f"✗ You said {_quoted(guess)}; the answer is {_quoted(answer)}{gap}. {why}"


def _quoted(choice):
    return f"“{choice}”" if isinstance(choice, str) else choice
