"""The Jinja2 environment of all screens: strict about names, escaping by default, Chinese as message id."""

from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils import translation
from jinja2 import Environment, StrictUndefined

from . import formats
from .assets import static_url


def url(name: str, *args: Any, **kwargs: Any) -> str:
    """Address of a named route: ``url("cases:case", case.id)``; ``query={...}`` adds a query string."""
    query = kwargs.pop("query", None)
    return reverse(name, args=args or None, kwargs=kwargs or None, query=query)


class _Components:
    """``ui`` in every template: the macros of ``ui/macros.html``, also when only a block of a page is rendered."""

    def __init__(self, env: Environment) -> None:
        self._env = env

    def __getattr__(self, name: str) -> Any:
        module = self._env.get_template("ui/macros.html").module
        self.__dict__.update({key: value for key, value in vars(module).items() if not key.startswith("_")})
        return getattr(module, name)


def environment(**options: Any) -> Environment:
    """Called by Django's template backend."""
    options.setdefault("auto_reload", settings.DEBUG)
    options.update(
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.i18n", "jinja2.ext.do"],
    )
    env = Environment(**{**options, "autoescape": True})  # noqa: S701
    env.install_gettext_callables(  # type: ignore[attr-defined]
        gettext=translation.gettext, ngettext=translation.ngettext, newstyle=True
    )
    env.globals.update(static=static_url, url=url, ui=_Components(env))
    env.filters.update(formats.FILTERS)
    return env
