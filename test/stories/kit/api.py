"""The Kubernetes API for frequent polling by stories; users' commands go through kubectl."""

from __future__ import annotations

import base64
import http.client
import json
import ssl
import tempfile
import threading
import time
import urllib.parse
from pathlib import Path
from typing import Any, Callable

from .processes import run, until

APPLICATIONS = "/apis/flink.k8s.io/v1beta1"


class Refused(Exception):
    """An answer that is not a success."""

    def __init__(self, status: int, body: str):
        super().__init__(f"HTTP {status}: {body[:500]}")
        self.status = status
        self.body = body


class Api:
    """A client of the API server that a kubeconfig names."""

    def __init__(self, kubeconfig: Path, kubectl: str):
        view = json.loads(run(kubectl, "--kubeconfig", kubeconfig, "config", "view", "--raw", "--minify", "-o", "json"))
        cluster = view["clusters"][0]["cluster"]
        user = view["users"][0]["user"]
        self.url = urllib.parse.urlsplit(cluster["server"])
        self.headers = {"Authorization": f"Bearer {user['token']}"} if user.get("token") else {}
        self.tls = _tls(cluster, user) if self.url.scheme == "https" else None

    def connect(self, timeout: float = 90) -> http.client.HTTPConnection:
        if self.tls:
            return http.client.HTTPSConnection(self.url.hostname, self.url.port, timeout=timeout, context=self.tls)
        return http.client.HTTPConnection(self.url.hostname, self.url.port, timeout=timeout)

    def ask(self, method: str, path: str, body: Any = None, content_type: str = "application/json") -> Any:
        """One request; returns the decoded answer or raises Refused."""
        connection = self.connect()
        try:
            headers = dict(self.headers)
            if body is not None:
                headers["Content-Type"] = content_type
            connection.request(method, path, json.dumps(body) if body is not None else None, headers)
            answer = connection.getresponse()
            text = answer.read().decode(errors="replace")
        finally:
            connection.close()
        if answer.status >= 300:
            raise Refused(answer.status, text)
        return json.loads(text) if text.startswith(("{", "[")) else text

    def get(self, path: str) -> Any:
        return self.ask("GET", path)

    def find(self, path: str) -> Any | None:
        """Returns the object at a path, or None."""
        try:
            return self.get(path)
        except Refused as refused:
            if refused.status == 404:
                return None
            raise

    def items(self, path: str) -> list[dict]:
        return self.get(path).get("items") or []

    def merge(self, path: str, patch: dict) -> Any:
        return self.ask("PATCH", path, patch, "application/merge-patch+json")


def _tls(cluster: dict, user: dict) -> ssl.SSLContext:
    if cluster.get("insecure-skip-tls-verify"):
        context = ssl._create_unverified_context()
    elif cluster.get("certificate-authority-data"):
        authority = base64.b64decode(cluster["certificate-authority-data"]).decode()
        context = ssl.create_default_context(cadata=authority)
    else:
        context = ssl.create_default_context(cafile=cluster.get("certificate-authority"))
    if user.get("client-certificate-data"):
        with tempfile.NamedTemporaryFile() as pem:
            pem.write(base64.b64decode(user["client-certificate-data"]))
            pem.write(b"\n" + base64.b64decode(user["client-key-data"]))
            pem.flush()
            context.load_cert_chain(pem.name)
    elif user.get("client-certificate"):
        context.load_cert_chain(user["client-certificate"], user["client-key"])
    return context


class Diary:
    """Watches a collection and records each of its states with the time."""

    def __init__(self, api: Api, path: str):
        self.api = api
        self.path = path
        self.entries: list[tuple[float, str, dict]] = []
        self._ended = False
        self._connection: http.client.HTTPConnection | None = None
        self._thread = threading.Thread(target=self._watch_on, daemon=True)
        self._thread.start()

    def close(self) -> None:
        self._ended = True
        connection = self._connection
        if connection and connection.sock:
            try:
                connection.sock.shutdown(2)
            except OSError:
                pass
        self._thread.join(5)

    def find(self, what: Callable[[str, dict], bool]) -> tuple[float, dict] | None:
        """The first entry (time, object) for which `what(event type, object)` holds."""
        for at, event, thing in list(self.entries):
            if what(event, thing):
                return at, thing
        return None

    def until(self, words: str, what: Callable[[str, dict], bool], seconds: float = 60) -> tuple[float, dict]:
        """Waits for such an entry, looking often: stories act on the moment."""
        return until(words, lambda: self.find(what), seconds, every=0.005)

    def _watch_on(self) -> None:
        while not self._ended:
            try:
                self._watch_once()
            except (OSError, http.client.HTTPException, ValueError, AttributeError):
                # The API server of a story may be restarted at any time; the next watch sends the present state again.
                time.sleep(0.1)

    def _watch_once(self) -> None:
        connection = self._connection = self.api.connect(timeout=65)
        try:
            separator = "&" if "?" in self.path else "?"
            connection.request("GET", f"{self.path}{separator}watch=1&timeoutSeconds=60", headers=self.api.headers)
            answer = connection.getresponse()
            if answer.status != 200:
                time.sleep(0.2)
                return
            while not self._ended and (line := answer.readline()):
                event = json.loads(line)
                if event["type"] in ("ADDED", "MODIFIED", "DELETED"):
                    self.entries.append((time.time(), event["type"], event["object"]))
        finally:
            connection.close()
