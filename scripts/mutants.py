"""Mutants of a source file: every small change that a slip of the pen could make, one at a time.

Not made: changes of strings (sentences and names), f-strings, `raise` and `refusal(...)` beyond deleting the raise,
annotations, the classes of an isinstance, the order of arguments where it does not matter, `strict=` (an assertion of
our own: where lengths agree no law can see it), and the deletion of a name's only assignment, which is a NameError and
no test of the tests.
"""

import ast
import hashlib
from collections import Counter
from itertools import accumulate
from typing import NamedTuple

COMPARED = {
    ast.Lt: ast.LtE,
    ast.LtE: ast.Lt,
    ast.Gt: ast.GtE,
    ast.GtE: ast.Gt,
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.Is: ast.IsNot,
    ast.IsNot: ast.Is,
    ast.In: ast.NotIn,
    ast.NotIn: ast.In,
}
OPERATED = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.Div,
    ast.Div: ast.Mult,
    ast.FloorDiv: ast.Div,
    ast.Mod: ast.Mult,
    ast.Pow: ast.Mult,
    ast.BitAnd: ast.BitOr,
    ast.BitOr: ast.BitAnd,
}
TWINS = (
    *(("min", "max"), ("any", "all"), ("argmin", "argmax"), ("zeros", "ones"), ("zeros_like", "ones_like")),
    *(("new_zeros", "new_ones"), ("sum", "mean"), ("floor", "ceil"), ("sigmoid", "tanh"), ("pad_left", "pad_right")),
)
# Whichever argument comes first, they say the same (allclose, and so `same`, but for rounding in its tolerance).
SYMMETRIC = ("array_equal", "allclose", "equal", "same", "_equal", "_alike", "multiply", "swapaxes", "max", "min")
NAMES = {a: b for twins in TWINS for a, b in (twins, twins[::-1])}

FLIPPED = (ast.Compare, ast.BoolOp, ast.UnaryOp)  # conditions that have changes of their own


class Mutant(NamedTuple):
    """One change: bytes start..stop of the file become `new`."""

    file: str  # in the package
    line: int
    where: str  # the function or class around it
    kind: str
    start: int
    stop: int
    old: str
    new: str
    key: str  # the same as long as the lines around are: reasons are kept under it

    @property
    def room(self):
        return room_of(self.file)

    def applied(self, source):
        """The source with this change, bytes to bytes."""
        return source[: self.start] + self.new.encode() + source[self.stop :]


def room_of(file):
    """cell/given.py -> cell, ways.py -> ways."""
    return file.removesuffix(".py").split("/")[0]


def mutants(source, file):
    """All mutants of a source, bytes, in its order; each parses, and no two are the same program."""
    made, keys, lines = [], Counter(), source.splitlines(keepends=True)
    begins = [0, *accumulate(map(len, lines))]
    for where, node, kind, new in _changes(ast.parse(source)):
        one = _mutant(lines, begins, file, where, node, kind, new)
        keys[one.key] += 1  # the same change twice in one line
        made.append(one._replace(key=f"{one.key}.{keys[one.key]}") if keys[one.key] > 1 else one)
    return sorted(made, key=lambda one: (one.start, one.stop))


def drawn(key, every):
    """Whether a sample of one in `every` has this mutant: by its own key, so that no change elsewhere redraws it."""
    return int(key.split(".")[0], 16) % every == 0


def _mutant(lines, begins, file, where, node, kind, new):
    start, stop = begins[node.lineno - 1] + node.col_offset, begins[node.end_lineno - 1] + node.end_col_offset
    old = b"".join(lines)[start:stop].decode()
    line = lines[node.lineno - 1].decode().strip()
    key = hashlib.sha256("\n".join((file, where, kind, line, old, new)).encode()).hexdigest()[:8]
    return Mutant(file, node.lineno, where, kind, start, stop, old, new, key)


def _changes(node, where="", bound=None):
    """(where, node, kind, new text) of every change to a node and to what is in it."""
    if isinstance(node, ast.FunctionDef | ast.ClassDef):
        where = f"{where}.{node.name}".lstrip(".")
    if isinstance(node, ast.Module | ast.FunctionDef):
        bound = _bound(node)
    for kind, new in CHANGES.get(type(node), lambda *_: ())(node, bound):
        yield where, node, kind, new
    if isinstance(node, ast.If | ast.IfExp | ast.While) and not isinstance(node.test, FLIPPED):
        yield where, node.test, "condition", f"(not {_text(node.test)})"
    for child in _inside(node):
        yield from _changes(child, where, bound)


def _bound(scope):
    """How often each name is bound in a scope, its arguments included."""
    names = [n.id for n in ast.walk(scope) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)]
    return Counter(names + [n.arg for n in ast.walk(scope) if isinstance(n, ast.arg)])


def _inside(node):
    """The children that are looked into."""
    named = node.func.id if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) else ""
    if isinstance(node, ast.Raise | ast.JoinedStr | ast.arg) or named in ("refusal", "isinstance"):
        return []
    if isinstance(node, ast.keyword) and node.arg == "strict":
        return []
    left_out = {id(child) for child in (getattr(node, "annotation", None), getattr(node, "returns", None)) if child}
    return [child for child in ast.iter_child_nodes(node) if id(child) not in left_out]


def _text(node):
    text = ast.unparse(node)
    plain = isinstance(node, ast.Constant | ast.Name | ast.Attribute | ast.Call | ast.Subscript)
    return text if plain else f"({text})"


def _compared(node, _):
    for k, op in enumerate(node.ops):
        ops = [*node.ops[:k], COMPARED[type(op)](), *node.ops[k + 1 :]]
        yield "comparison", _text(ast.Compare(node.left, ops, node.comparators))


def _operated(node, _):
    if type(node.op) in OPERATED:
        yield "operator", _text(ast.BinOp(node.left, OPERATED[type(node.op)](), node.right))


def _joined(node, _):
    op = ast.Or() if isinstance(node.op, ast.And) else ast.And()
    yield "and/or", _text(ast.BoolOp(op, node.values))


def _signed(node, _):
    yield f"no {ast.unparse(node).strip()[0].replace('n', 'not')}", _text(node.operand)


def _constant(node, _):
    if isinstance(node.value, bool):
        yield "constant", str(not node.value)
    elif isinstance(node.value, int | float):
        yield "constant", repr(node.value + 1)


def _sliced(node, _):
    for name in ("lower", "upper"):
        bound = getattr(node, name)
        if bound is not None and not isinstance(bound, ast.Constant):
            bounds = {n: getattr(node, n) for n in ("lower", "upper", "step")}
            moved = ast.BinOp(bound, ast.Add(), ast.Constant(1))
            yield "slice", ast.unparse(ast.Slice(**{**bounds, name: moved}))


def _returned(node, _):
    if node.value is not None and ast.unparse(node.value) != "None":
        yield "return", "return None"


def _called(node, _):
    named = getattr(node.func, "id", getattr(node.func, "attr", ""))
    if (
        len(node.args) > 1
        and named not in ("refusal", "isinstance", *SYMMETRIC)
        and not isinstance(node.args[0], ast.Starred)
    ):
        first, second, *rest = node.args
        if ast.dump(first) != ast.dump(second):
            yield "arguments", _text(ast.Call(node.func, [second, first, *rest], node.keywords))


def _named(node, _):
    if node.id in NAMES and isinstance(node.ctx, ast.Load):
        yield "twin", NAMES[node.id]


def _attribute(node, _):
    if node.attr in NAMES and isinstance(node.ctx, ast.Load):
        yield "twin", _text(ast.Attribute(node.value, NAMES[node.attr], node.ctx))


def _deleted(node, _):
    yield "deleted", "pass"


def _expression(node, _):
    return _deleted(node, _) if isinstance(node.value, ast.Call) else ()


def _assigned(node, bound):
    names = [n.id for target in node.targets for n in ast.walk(target) if isinstance(n, ast.Name)]
    bare = all(isinstance(target, ast.Name | ast.Tuple) for target in node.targets)
    if not bare or any(bound[name] > 1 for name in names):
        yield "deleted", "pass"


CHANGES = {
    ast.Compare: _compared,
    ast.BinOp: _operated,
    ast.BoolOp: _joined,
    ast.UnaryOp: _signed,
    ast.Constant: _constant,
    ast.Slice: _sliced,
    ast.Return: _returned,
    ast.Call: _called,
    ast.Name: _named,
    ast.Attribute: _attribute,
    ast.Raise: _deleted,
    ast.AugAssign: _deleted,
    ast.Expr: _expression,
    ast.Assign: _assigned,
}
