"""06: what the next window begins from."""

from .verdict import Verdict, name_of, never_raises, numbers, same, wrong


@never_raises
def check_carry(answer):
    """answer: a function (state) -> state: of (h, c), torch tensors on a graph, the same values with no gradient."""
    given = _on_a_graph()
    got = answer(given)
    if got is None:
        return wrong("Nothing to check yet: return (h, c) for the next window; None would begin it from zeros.")
    if not isinstance(got, tuple | list) or len(got) != 2:
        return wrong("Return two tensors, (h, c): an LSTM that is given less begins from zeros, or raises.")
    return (
        _valued(got, given)
        or _linked(got, given)
        or Verdict(True, f"Right: the next window reads the same values, and no gradient passes back.{_note(given)}")
    )


def _valued(got, given):
    """The verdict on wrong values, shapes or kinds; None if they are right."""
    for name, part, true in zip("hc", got, given, strict=True):
        if not hasattr(part, "detach"):
            return wrong(f"{name} is a {type(part).__name__}, no tensor; the LSTM of the next window takes tensors.")
        if part.shape != true.shape:
            return wrong(f"{name} has shape {tuple(part.shape)}; it came in {tuple(true.shape)} and should stay so.")
    values, (h, c) = [numbers(part) for part in got], map(numbers, given)
    if not same(values, (h, c)):
        return wrong(name_of(values, _wrong_values(h, c)) or "The values have changed; only the gradient is to go.")
    kinds = [part.dtype for part in got]
    if kinds != [part.dtype for part in given]:
        return wrong(f"The dtype has changed to {kinds[0]}; the weights are float32 and take nothing else.")
    return None


def _wrong_values(h, c):
    """What each common mistake gives: (h, c) by name."""
    return {
        "The state is all zeros: the gradient is gone, but the value too. That is a reset.": (0 * h, 0 * c),
        "h and c are swapped: return h first.": (c, h),
        "You return h twice; c is the longer memory.": (h, h),
        "h is right, but c is zero: the longer memory is lost.": (h, 0 * c),
        "c is right, but h is zero.": (0 * h, c),
    }


def _linked(got, given):
    """The verdict on a gradient that still passes; None if none does."""
    linked = [name for name, part in zip("hc", got, strict=True) if part.grad_fn is not None]
    if len(linked) == 2 and all(part is old for part, old in zip(got, given, strict=True)):
        return wrong("You return what you were given, its graph and all: the second backward() will raise.")
    if len(linked) == 2:
        return wrong("The values are copied, but both still hang on the graph: a clone keeps its history. Detach it.")
    if linked:
        other = "c" if linked == ["h"] else "h"
        return wrong(f"{other} is detached, {linked[0]} is not: gradients still pass through {linked[0]}. Detach both.")
    return None


def _note(given):
    """What is to be said of an answer that detached the caller's own tensors: it is right in the loop."""
    if all(part.grad_fn is not None for part in given):
        return ""
    return " (In place: whoever holds the old h and c finds theirs detached too. detach() leaves them.)"


def _on_a_graph():
    """(h, c) of (1, 2, 3) each that came out of some computation."""
    import torch  # only here: the other checks do without it

    root = torch.linspace(-0.9, 0.9, 12, requires_grad=True)
    return tuple((root * scale).view(2, 1, 2, 3)[k].clone() for k, scale in enumerate((1.0, 2.0)))
