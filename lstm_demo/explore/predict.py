"""A prediction: asked for before the reveal, locked, then held against the answer."""

import html

import ipywidgets as widgets
import numpy as np

from ..refusal import kind, refusal, several, short
from .frame import spoken


def predict(question, options, answer, why):
    """Ask for a guess; the button, off until a guess is made, locks it and shows the answer, the gap, and why.

    question  the sentence to be answered
    options   a list of choices (strings), or a range of whole numbers
    answer    the right choice, or the right number
    why       one or two sentences

    Raises ValueError if the answer is not among the options.
    """
    for name, text in (("question", question), ("why", why)):
        kind(name, text, str, "say it in a sentence")
    if not isinstance(options, range):
        if not isinstance(options, list | tuple):
            options = several("options", options, "give the choices, or a range of whole numbers")
        options, answer = [str(o) for o in options], str(answer)
    elif options.step < 0:
        raise refusal("options", "an ascending range", options, "turn it round")
    elif isinstance(answer, bool) or not isinstance(answer, int | np.integer):
        raise refusal("answer", "a whole number, as the options are", short(answer), "give an int")
    if answer not in options:
        raise refusal("answer", f"one of {short(options)}", short(answer), "add it to the options")
    guess, button, reveal = _guess(options), widgets.Button(description="Lock my guess"), widgets.HTML()
    reveal.add_class("lstm-reveal").layout.display = "none"

    def lock(_button):
        guess.disabled = button.disabled = True
        reveal.value = spoken(_verdict(guess.value, answer, why))
        reveal.layout.display = ""

    guess.observe(lambda _change: setattr(button, "disabled", False), "value")
    button.on_click(lock)
    button.disabled = True  # a slider has a value before anyone has guessed
    asked = widgets.HTML(f"<b>{html.escape(question)}</b>")
    return widgets.VBox([asked, guess, button, reveal]).add_class("lstm-predict")


def _guess(options):
    if isinstance(options, range):
        return widgets.IntSlider(
            options[0],  # at an end, as the middle would be a hint
            options[0],
            options[-1],
            step=options.step,
            description="guess",
            continuous_update=True,
        )
    return widgets.RadioButtons(options=options, value=None, description="guess", layout={"width": "max-content"})


def _verdict(guess, answer, why):
    if guess == answer:
        return f"✓ Yes: {_quoted(answer)}. {why}"
    gap = f", {abs(guess - answer)} away" if isinstance(guess, int) else ""
    return f"✗ You said {_quoted(guess)}; the answer is {_quoted(answer)}{gap}. {why}"


def _quoted(choice):
    return f"“{choice}”" if isinstance(choice, str) else choice
