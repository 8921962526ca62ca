"""``python -m yipan_sandbox --host 127.0.0.1 --port 8701 --data DIR``."""

import argparse
import logging
import signal
import sys
from pathlib import Path

from werkzeug.serving import WSGIRequestHandler, make_server

from .app import create_app


class QuietHandler(WSGIRequestHandler):
    """HTTP/1.1 keep-alive, no line per request: the journal tells what was received."""

    protocol_version = "HTTP/1.1"

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:  # noqa: ARG002
        return


def main() -> int:
    parser = argparse.ArgumentParser(prog="yipan-sandbox", description=__doc__)
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=8701)
    parser.add_argument("--data", type=Path, required=True, help="folder of the journals and keys")
    parser.add_argument("--callback", default="", help="address for receipts of short messages")
    parser.add_argument("--reports", default="", help="address under which carriers report, e.g. …/callbacks")
    arguments = parser.parse_args()
    logging.basicConfig(level=logging.WARNING)
    arguments.data.mkdir(parents=True, exist_ok=True)
    app = create_app(arguments.data, callback=arguments.callback, reports=arguments.reports)
    server = make_server(arguments.host, arguments.port, app, threaded=True, request_handler=QuietHandler)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    print(f"sandbox on http://{arguments.host}:{server.server_port}", flush=True)
    server.serve_forever()
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
