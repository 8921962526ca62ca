"""``yipan-bridge --origin http://127.0.0.1:8700 [--port 17703] [--token T] [--real]``."""

import argparse
import logging
import secrets
import signal
import sys

from werkzeug.serving import WSGIRequestHandler, make_server

from .app import create_app
from .real import real_devices
from .simulator import Simulator

PORT = 17703


class QuietHandler(WSGIRequestHandler):
    """HTTP/1.1 keep-alive and no line a request."""

    protocol_version = "HTTP/1.1"

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:  # noqa: ARG002
        return


def main() -> int:
    parser = argparse.ArgumentParser(prog="yipan-bridge", description=__doc__)
    parser.add_argument("--port", type=int, default=PORT)
    parser.add_argument("--origin", action="append", required=True, help="address of the platform, as browsers show it")
    parser.add_argument("--token", default="", help="pairing token; a new one is made and printed without it")
    parser.add_argument("--real", action="store_true", help="use this computer's devices (SANE, CUPS) where they are")
    arguments = parser.parse_args()
    logging.basicConfig(level=logging.WARNING)
    token = arguments.token or secrets.token_hex(4).upper()
    simulator = Simulator()
    devices = real_devices() if arguments.real else simulator
    app = create_app(devices, origins=frozenset(arguments.origin), token=token, simulator=simulator)
    server = make_server("127.0.0.1", arguments.port, app, threaded=True, request_handler=QuietHandler)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    print(f"bridge on http://127.0.0.1:{server.server_port}, pairing token {token}", flush=True)
    server.serve_forever()
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
