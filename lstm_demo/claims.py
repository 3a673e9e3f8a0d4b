"""A claim that fails speaks: what was claimed, what was seen instead, on which machine; and the lesson goes on."""

import ast
import html

import numpy as np

from .keep import machine

CLAIM = "lstm_demo_claim"  # marks the output of a claim that failed, for whoever runs a lesson without looking
LIMIT = 300  # letters of a value that are shown
ASK = (
    "The rest of the lesson still runs, but what its text says of this may not hold on this machine. You would help us "
    "by telling: open an issue, “A sentence that is not true”, in the repository that you have this lesson from, and "
    "paste these lines."
)


def watch():
    """From the next cell on, an `assert` that fails is spoken of instead of raised. Outside of IPython nothing changes.

    Call it in the set-up cell of a lesson; to call it again changes nothing.
    """
    try:
        from IPython import get_ipython  # a script that runs a lesson's cells needs no Jupyter
    except ImportError:
        return
    if (shell := get_ipython()) is None:
        return
    shell.user_ns["__claim__"] = Claim
    shell.ast_transformers[:] = [one for one in shell.ast_transformers if not isinstance(one, Watched)] + [Watched()]


class Watched(ast.NodeTransformer):
    """`assert claim, words` becomes three statements: note the claim, look at it, speak if it does not hold.

    Only the operands of comparisons and the arguments of calls are looked at: what pytest shows of a failed assert.
    """

    def visit_Assert(self, node):
        noted = ast.parse(f"__seen__ = __claim__({ast.unparse(node.test)!r})").body[0]
        spoken = ast.parse("__seen__.fails()").body
        if node.msg:
            spoken[0].value.args = [node.msg]
        judged = ast.If(ast.UnaryOp(ast.Not(), Operands().visit(node.test)), spoken, [])
        return [ast.fix_missing_locations(ast.copy_location(one, node)) for one in (noted, judged)]


class Operands(ast.NodeTransformer):
    """Every operand and argument that is no constant also goes into `__seen__`, under its own text."""

    def visit_Compare(self, node):
        node.left, *node.comparators = map(self.noted, (node.left, *node.comparators))
        return node

    def visit_Call(self, node):
        node.func = self.visit(node.func)
        node.args = [self.noted(one) for one in node.args]
        return node

    def visit_Lambda(self, node):
        return node

    def noted(self, node):
        if isinstance(node, ast.Constant | ast.Starred | ast.GeneratorExp | ast.Lambda):
            return self.visit(node)
        note = ast.parse(f"__seen__.note({ast.unparse(node)!r})", mode="eval").body
        note.args.append(self.visit(node))
        return note


class Claim:
    """What was claimed, as text, and the values that were looked at: {text: value}, the last where a text repeats."""

    def __init__(self, text):
        self.text, self.seen = text, {}

    def note(self, text, value):
        self.seen[text] = value
        return value

    def fails(self, words=""):
        """Say so in the cell's output: as text, and as a frame that can be seen from the back row."""
        from IPython.display import display

        text = "\n".join([f"✗ This claim does not hold here: {self.text}", *self.lines(words)])
        frame = "border-left: 0.5em solid #B34700; padding: 0.3em 1em; font-size: 1.1em; white-space: pre-wrap"
        page = f'<div role="alert" class="lstm-claim" style="{frame}">{html.escape(text)}</div>'
        data = {"text/plain": text, "text/html": page}
        display(data, raw=True, metadata={CLAIM: self.text})

    def lines(self, words):
        yield from [f"    {words}"] if words else []
        wide = max(map(len, self.seen), default=0)
        yield from (f"    {text:<{min(wide, 60)}}  is  {shown(value)}" for text, value in self.seen.items())
        yield from (machine(), ASK)


def shown(value):
    """The repr of a value on one line, cut where it is long, its numbers to six digits."""
    with np.printoptions(precision=6, threshold=20, edgeitems=3):
        text = " ".join(repr(value.item() if isinstance(value, np.generic) else value).split())
    return text if len(text) <= LIMIT else f"{text[: LIMIT - 3]}..."
