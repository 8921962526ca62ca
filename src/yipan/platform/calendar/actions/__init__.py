"""What may be done with calendars."""

from .import_year import Imported, NeedsReason, import_year, import_years

__all__ = ["Imported", "NeedsReason", "import_year", "import_years"]
