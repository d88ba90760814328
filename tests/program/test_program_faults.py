"""Every fault that the validator can find has its sentence."""

import ast
from pathlib import Path

import pytest
from django.utils import translation

from loyalty.program.faults import REASONS, describe
from loyalty.rules.shapes import Fault

RULES = Path(__file__).resolve().parents[2] / "loyalty" / "rules"
DATA = {"least": 0, "most": 1, "line": 1, "column": 1, "options": "a", "value": "a", "target": "a", "other": "$"}
DATA |= {"tier": "gold", "code": "canal", "group": "base", "points": 300, "rule": "women", "days": 14}
DATA |= {"day": "22.11.2026"}


def codes_in(module: str) -> set[str]:
    """Second arguments of all `Fault(...)` calls of a module."""
    tree = ast.parse((RULES / module).read_text(encoding="utf-8"))
    calls = [
        node for node in ast.walk(tree) if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "Fault"
    ]
    found = set()
    for call in calls:
        parts = ast.walk(call.args[1])
        found |= {part.value for part in parts if isinstance(part, ast.Constant) and isinstance(part.value, str)}
    return found


def test_every_code_of_the_rules_has_a_sentence():
    modules = (
        "shapes.py", "parsing.py", "validation.py", "rule_checks.py", "rule_warnings.py", "program_warnings.py",
    )  # fmt: skip
    codes = {code for module in modules for code in codes_in(module)} | {"not_time", "not_link"}

    assert len(codes) == 58
    assert codes <= set(REASONS)


@pytest.mark.parametrize("language", ["ru", "en"])
@pytest.mark.parametrize("code", sorted(REASONS))
def test_sentence_says_where_and_why(code, language):
    with translation.override(language):
        text = describe(Fault("$.here", code, DATA))

    assert text.startswith("$.here: ")
    assert text.endswith(".")
    assert "%(" not in text
    assert any("а" <= letter <= "я" for letter in text) == (language == "ru")
