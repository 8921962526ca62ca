"""Sound answers for any form: the first option, the least number, a day that the form's own rules allow."""

from typing import Any

from yipan.platform.forms.domain.schema import Field, Form

PAST, BEGIN, LATER = "2021-09-01", "2021-10-08", "2023-01-01"
TEXTS = {
    "phone": "13800003001", "credit_code": "91440703MA9Q10037P", "id_number": "440703199003070013", "agree": True,
}  # fmt: skip


def answers_for(form: Form) -> dict[str, Any]:
    """Answers by field; what hides or shows others is answered by its first option."""
    return {key: value(field) for key, field in form.fields.items() if field.kind != "note"}


def value(field: Field) -> Any:
    match field.kind:
        case "text" | "textarea":
            return f"测试{field.label}"[: field.max_length]
        case "integer" | "decimal" | "money":
            return str(field.least if field.least is not None else 1)
        case "date":
            return _day(field)
        case "choice" | "radio" | "select":
            return field.options[0][0]
        case "checkboxes":
            return [code for code, _label in field.options]
        case "address":
            return {"region": field.by_key["region"].options[0][0], "detail": "建设路1号"}
        case "person":
            return {part.key: value(part) for part in field.parts}
        case "repeat":
            row = {part.key: value(part) for part in field.parts}
            return [row] * max(field.min_rows, 1)
        case kind:
            return TEXTS[kind]


def _day(field: Field) -> str:
    tests = " ".join(check.test.text for check in field.checks)
    if "<=" in tests:
        return PAST
    return LATER if ">" in tests else BEGIN
