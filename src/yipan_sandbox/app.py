"""The program as a whole: store, gateway, one blueprint per system."""

from pathlib import Path

from flask import Flask, render_template
from werkzeug.middleware.proxy_fix import ProxyFix

from . import identity, licences, messages, province, seals
from .gateway import Gateway
from .store import Store

SYSTEMS = {
    "identity": "统一身份认证",
    "sms": "短信平台",
    "yuezhengyi": "粤政易",
    "elicence": "电子证照库",
    "seal": "电子印章服务",
    "acceptance": "统一申办受理平台",
    "rating": "好差评",
}


def create_app(data: Path) -> Flask:
    """All systems in one process; ``data`` holds journal and keys."""
    app = Flask(__name__, static_folder="static", static_url_path="/static")
    app.config["MAX_CONTENT_LENGTH"] = 64 * 1024 * 1024
    app.wsgi_app = ProxyFix(app.wsgi_app, x_proto=1, x_host=1, x_prefix=1)  # type: ignore[method-assign]
    store = Store(data / "sandbox.sqlite3")
    app.extensions["store"], app.extensions["data"] = store, data
    app.extensions["gateway"] = Gateway(app, store)
    for module in (identity, licences, seals):
        app.register_blueprint(module.blueprint)
    for blueprint in (*messages.blueprints, *province.blueprints):
        app.register_blueprint(blueprint)
    app.add_url_rule("/", "home", lambda: render_template("home.html", systems=SYSTEMS))
    return app
