"""The look of every screen: shell, component macros, navigation, the one list component, strict CSP.

Public face:

- ``ui.render(request, "room/page.html", {...}, block=...)`` answers with a Jinja2 page (StrictUndefined).
- ``ui.notify(request, "已保存", tone="green")`` leaves one notice for the next page of the same session.
- ``ui.access``: the decorators that declare the right of a route.
- ``ui.navigation.register(...)``: an entry of a side menu or of a home page; what is not registered is not shown.
- ``ui.home.panel(...)``: a panel of a home page (figures, a short list), filled by the room that knows.
- ``ui.context.provide(...)``: what the shell asks of rooms further right (who is signed in, unread messages).
- ``ui.listing``: ``ListPage``, columns, filters, keyset paging, batch actions, print view, XLSX and CSV.
- ``ui.errors``: ``Conflict``, ``TooManyRequests`` and the error pages.
- ``ui.middleware``: request id, Content-Security-Policy.
- ``templates/ui/macros.html``: the component library; ``base_public.html`` and ``base_staff.html``: the two shells.
"""

from .notices import notify
from .rendering import render

__all__ = ["notify", "render"]
