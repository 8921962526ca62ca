"""Exchange: how other systems talk to this one: application keys with scopes, and rate limits for everybody.

Rooms bring their operations (``<room>/api.py``, see ``ui.interface``), ``yipan.house.api`` puts them together. This
room reads the keys they are called with, counts calls, and has the screens to issue and revoke keys.
"""
