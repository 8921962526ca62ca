"""Exchange: how other systems talk to this one: application keys with scopes, rate limits, the JSON interface's door.

Rooms bring their endpoints as Ninja routers (``<room>/api.py``); ``yipan.house.api`` puts them together behind the
authentication of this room.
"""
