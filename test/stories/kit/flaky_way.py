"""A way to the JobManagers on which one chosen answer gets lost."""

from __future__ import annotations

import http.client
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Callable


class FlakyWay:
    """Forwards /ADDRESS/path to port 8081 of that address. The first request for which `lose(method, path)` holds takes
    effect, but its answer never arrives."""

    def __init__(self, lose: Callable[[str, str], bool]):
        self.lose = lose
        self.lost: list[str] = []
        self.seen: list[str] = []
        way = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def forward(self) -> None:
                way.forward(self)

            do_GET = do_POST = do_PATCH = do_PUT = do_DELETE = forward

            def log_message(self, *words) -> None:
                """Silence: `seen` is the log."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server.server_address[1]}/{{podIP}}"

    def close(self) -> None:
        self.server.shutdown()
        self.server.server_close()

    def forward(self, handler: BaseHTTPRequestHandler) -> None:
        _, address, path = handler.path.split("/", 2)
        body = handler.rfile.read(int(handler.headers.get("Content-Length", 0)))
        connection = http.client.HTTPConnection(address, 8081, timeout=60)
        try:
            headers = {k: v for k, v in handler.headers.items() if k.lower() not in ("host", "connection")}
            connection.request(handler.command, "/" + path, body or None, headers)
            answer = connection.getresponse()
            content = answer.read()
        except OSError:
            # As seen through a real network: the connection just ends.
            handler.close_connection = True
            return
        finally:
            connection.close()
        self.seen.append(f"{handler.command} /{path}")
        if not self.lost and self.lose(handler.command, "/" + path):
            self.lost.append(f"{handler.command} /{path}")
            handler.close_connection = True
            return
        handler.send_response(answer.status)
        handler.send_header("Content-Type", answer.getheader("Content-Type", "application/json"))
        handler.send_header("Content-Length", str(len(content)))
        handler.end_headers()
        handler.wfile.write(content)
