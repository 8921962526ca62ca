"""Conditions and decision tables over whole tables, with the very answers they give row by row.

    columns = {"行业": "string", "收入": "decimal(2)", "成立": "date"}
    value = setwise.expression('行业 = "工业" and 收入 > 500', columns)
    value.row({...}); value.over(frame)                  # the same answer

    rules = setwise.policies([Policy("a", ('行业 = "工业"', "收入 > 500"))], columns)
    rules.row({...}); rules.over(frame)                  # met, not met, unknown; what failed; what is missing

    table = setwise.table(dmn_table, columns)            # value, rule, violation, missing

Only what has one meaning on every engine is carried out (docs/setwise.md); anything else raises ``NotSetwise`` with the
place and the reason, and is never evaluated differently.
"""

from collections.abc import Mapping

from yipan.kernel.dmn.model import Table

from .conditions import Condition, Policies, Policy, Verdict, condition, policies
from .expressions import Expression, expression
from .tables import DecisionTable, Outcome, table
from .tree import NotSetwise, Type


def compile(rule: str | Table, columns: Mapping[str, str]) -> Expression | DecisionTable:
    """An expression of FEEL, or a decision table, over columns; ``over(frame)`` makes the Ibis expression."""
    return expression(rule, columns) if isinstance(rule, str) else table(rule, columns)


__all__ = [
    "Condition", "DecisionTable", "Expression", "NotSetwise", "Outcome", "Policies", "Policy", "Type", "Verdict",
    "compile", "condition", "expression", "policies", "table",
]  # fmt: skip
