"""The program as a whole: store, gateway, one blueprint per system."""

from pathlib import Path

from flask import Flask
from werkzeug.middleware.proxy_fix import ProxyFix

from . import carriers, catalogue, datashare, desk, identity, licences, messages, province, seals
from .gateway import Gateway
from .receipts import Receipts
from .store import Store


def create_app(data: Path, *, callback: str = "", reports: str = "") -> Flask:
    """All systems in one process; ``data`` holds journal and keys, ``callback`` is where receipts of messages go,
    ``reports`` the address under which each carrier has its own (``…/ems/``)."""
    app = Flask(__name__, static_folder="static", static_url_path="/static")
    app.config["MAX_CONTENT_LENGTH"] = 64 * 1024 * 1024
    app.wsgi_app = ProxyFix(app.wsgi_app, x_proto=1, x_host=1, x_prefix=1)  # type: ignore[method-assign]
    store = Store(data / "sandbox.sqlite3")
    app.extensions["store"], app.extensions["data"] = store, data
    app.extensions["gateway"] = Gateway(app, store)
    app.extensions["receipts"] = Receipts(callback)
    app.extensions["reports"] = {
        one.name: f"{reports.rstrip('/')}/{one.name}/" for one in (*carriers.blueprints, catalogue.blueprint) if reports
    }
    for module in (identity, licences, datashare, catalogue, seals, desk):
        app.register_blueprint(module.blueprint)
    for blueprint in (*messages.blueprints, *province.blueprints, *carriers.blueprints):
        app.register_blueprint(blueprint)
    return app
