"""Every public function, given what it should not be: the right answer or a refusal by name, and nothing is changed.

A function without a case here, or a stated reason to have none, fails.
"""

import importlib
import inspect
import os
import pkgutil

import pytest
from fuzz import CASES, EXEMPT
from fuzzing import REFUSED, answer, calls
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

import lstm_demo as ld

# Rooms whose doors their own tests try, and rooms that lessons call with functions and claims of ours alone.
ELSEWHERE = {"refusal", "layout", "cell", "series", "torch_lstm", "ways", "claims", "work"}
# tests/test_show.py tries every declared domain of these, and what is outside of it; tests/test_table.py a table.
ELSEWHERE |= {"show", "marks", "check", "lessons", "table"}
EXAMPLES = int(os.environ.get("FUZZ_EXAMPLES", "8"))


def public():
    """{"room.name": object}: all that can be called, as __all__ lists it, or as the module defines it."""
    found = {}
    for module in (m for m in pkgutil.iter_modules(ld.__path__) if m.name not in ELSEWHERE):
        room = importlib.import_module(f"lstm_demo.{module.name}")
        own = [name for name, thing in vars(room).items() if getattr(thing, "__module__", "") == room.__name__]
        for name in getattr(room, "__all__", own):
            if callable(thing := getattr(room, name)) and not name.startswith("_"):
                found[f"{module.name}.{name}"] = thing
    return found


PUBLIC = public()
METHODS = {
    f"{name}.{method}"
    for name, thing in PUBLIC.items()
    if inspect.isclass(thing)
    for method, function in vars(thing).items()
    if inspect.isfunction(function) and not method.startswith("_")
}


def test_every_public_function_and_method_has_a_case_or_a_reason_to_have_none():
    wanted = {*PUBLIC, *METHODS}
    assert sorted(wanted - {*CASES, *EXEMPT}) == []
    assert sorted(set(CASES) - wanted) == []
    assert sorted(set(EXEMPT) - wanted) == []
    assert sorted(set(EXEMPT) & set(CASES)) == []


@pytest.mark.parametrize("name", CASES)
def test_it_answers_rightly_or_refuses_by_name_and_changes_nothing(name):
    case = CASES[name]

    @settings(
        max_examples=max(2, round(EXAMPLES * case.share)),
        deadline=None,
        database=None,
        derandomize="FUZZ_EXAMPLES" not in os.environ,
        suppress_health_check=list(HealthCheck),
        print_blob=False,
        phases=list(Phase) if "FUZZ_EXAMPLES" in os.environ else [Phase.generate],
    )
    @given(st.data())
    def fuzz(data):
        given = data.draw(calls(case.good, case.fixed))
        result = answer(case.call, given, case.names)
        if result is not REFUSED:
            case.judge(given, result)
        else:
            assert not case.never

    fuzz()
