"""Calendar: which days are worked, and what time it is for the business.

* ``now()`` / ``today()``: the business clock. Demo and test databases may shift or stop it (``set_clock``); in
  production it is the real clock, without asking the database. Sessions, tokens and signatures use ``real_now()``.
* ``current()``: the working-day calendars in force as a ``kernel.clock.Calendar``; a year without one raises
  ``CalendarMissing`` when a count needs it.
* ``actions.import_year``: a year from the State Council's notice (JSON, CSV or YAML), checked row by row; a correction
  is a new revision with its reason, and publishes ``calendar.corrected`` so that open clocks are counted again.
* Packs: folder ``calendars``, one YAML file per year.
"""

from .clock import ClockRefused, clear_clock, now, real_now, set_clock, today
from .current import current

__all__ = ["ClockRefused", "clear_clock", "current", "now", "real_now", "set_clock", "today"]
