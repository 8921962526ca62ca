"""Pure decisions about forms: reading a schema, what is shown, what is valid, how it looks. No Django, no clock."""

from .parsing import parse
from .schema import Field, Form, Prefilled, Section
from .validation import Result, validate

__all__ = ["Field", "Form", "Prefilled", "Result", "Section", "parse", "validate"]
