"""Executes the steps of a case. docs/testing.md describes the format of a step."""

from __future__ import annotations

import json
import re
import time
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPResponse
from typing import Any

from servers import Server
from matching import difference

# Controllers need a moment; on a busy machine a long one.
PATIENCE_SECONDS = 30
# Where the collections are that cases name by their plural alone.
HOMES = {
    "flinkapplications": "/apis/flink.k8s.io/v1beta1",
    "deployments": "/apis/apps/v1",
    "replicasets": "/apis/apps/v1",
    "leases": "/apis/coordination.k8s.io/v1",
    "ingresses": "/apis/networking.k8s.io/v1",
}
WORDS = set(
    "ask forget body text type accept anonymous status reason has content warnings save until pause"
    " follow as of events ended unlike".split()
)
# What an exception states anew.
EXPECTATIONS = ("status", "reason", "has", "content", "warnings", "events")


@dataclass
class Answer:
    """What came back; of a watch, all its events."""

    status: int
    body: Any
    content: str = ""
    warnings: list[str] = field(default_factory=list)
    events: list[dict] = field(default_factory=list)
    ended: bool = False


class Conversation:
    """One case: its namespace, saved values and open watches."""

    def __init__(self, server: Server, namespace: str):
        self.server = server
        self.api = server.api
        self.known: dict[str, Any] = {"ns": namespace}
        self.watches: dict[str, HTTPResponse] = {}
        # The steps that opened them.
        self.opened: dict[str, dict] = {}
        self.connections: list[HTTPConnection] = []
        self.last = Answer(0, None)

    def run(self, step: dict) -> None:
        """Executes one step; raises AssertionError if the answer differs from the expected one."""
        unknown = set(step) - WORDS
        assert not unknown, f"a step knows no {unknown}"
        step = self._filled(step)
        exception = step.get("unlike", {}).get(self.server.name)
        if "forget" in step:
            self.server.forget_history()
        elif exception:
            self._expect_exception(step, exception)
        else:
            self._expect(step)

    def close(self) -> None:
        for connection in self.connections:
            connection.close()

    # -- expecting ------------------------------------------------------------------------------------------------

    def _expect(self, step: dict) -> None:
        deadline = time.monotonic() + PATIENCE_SECONDS
        while True:
            answer = self._perform(step)
            wrong = _wrong(step, answer)
            if not wrong:
                break
            assert step.get("until") and time.monotonic() < deadline, f"{_title(step)}: {wrong}"
            time.sleep(0.02)
        for name, path in step.get("save", {}).items():
            self.known[name] = _at(answer.body, path)
        # The real server's controllers must see a change first, and nothing shows when they have.
        time.sleep(step.get("pause", 0))

    def _expect_exception(self, step: dict, exception: dict) -> None:
        """A named difference has a reason, is as described, and is a difference."""
        assert exception.get("because"), f"{_title(step)}: an exception needs its reason"
        plain = {x: y for x, y in step.items() if x not in EXPECTATIONS}
        self._expect({**plain, **exception})
        assert _wrong(step, self.last), f"{_title(step)}: {self.server.name} no longer differs here; remove the exception"

    # -- asking ---------------------------------------------------------------------------------------------------

    def _perform(self, step: dict) -> Answer:
        if "follow" in step:
            self.last = self._open(step)
        elif "of" in step:
            self.last = self._read_events(self.watches[step["of"]], step)
            if _lags_behind(self.last):
                self._open(self.opened[step["of"]])
                self.last = self._read_events(self.watches[step["of"]], step)
        else:
            self.last = self._ask(step)
        return self.last

    def _ask(self, step: dict) -> Answer:
        connection = self.api.connect(timeout=PATIENCE_SECONDS)
        try:
            answer = self._send(connection, *step["ask"].split(" ", 1), step)
            return self._read_events(answer, step) if "events" in step else _to_answer(answer)
        finally:
            connection.close()

    def _open(self, step: dict) -> Answer:
        connection = self.api.connect(timeout=PATIENCE_SECONDS)
        self.connections.append(connection)
        self.opened[step["as"]] = step
        answer = self.watches[step["as"]] = self._send(connection, "GET", step["follow"], step)
        return Answer(answer.status, None)

    def _send(self, connection: HTTPConnection, method: str, path: str, step: dict) -> HTTPResponse:
        headers = {} if step.get("anonymous") else dict(self.api.headers)
        body = step.get("text")
        if "body" in step:
            body = json.dumps(step["body"])
        if body is not None:
            headers["Content-Type"] = step.get("type", "application/json")
        if "accept" in step:
            headers["Accept"] = step["accept"]
        connection.request(method, self._path(path), body, headers)
        return connection.getresponse()

    def _path(self, path: str) -> str:
        if path.startswith("/"):
            return path
        plural = re.split(r"[/?]", path)[0]
        return f"{HOMES.get(plural, '/api/v1')}/namespaces/{self.known['ns']}/{path}"

    def _read_events(self, answer: HTTPResponse, step: dict) -> Answer:
        """As many events as are expected, or all until the end where the end is expected."""
        if answer.status != 200:
            return _to_answer(answer)
        events: list[dict] = []
        ended = False
        while step.get("ended") or len(events) < len(step["events"]):
            try:
                line = answer.readline()
            except TimeoutError:
                raise AssertionError(f"{_title(step)}: waited in vain after {events!r}") from None
            if not line:
                ended = True
                break
            events.append(json.loads(line))
        return Answer(answer.status, None, events=events, ended=ended)

    # -- what was saved -------------------------------------------------------------------------------------------

    def _filled(self, x: Any) -> Any:
        if isinstance(x, dict):
            return {self._filled(name): self._filled(value) for name, value in x.items()}
        if isinstance(x, list):
            return [self._filled(value) for value in x]
        if not isinstance(x, str):
            return x
        whole = re.fullmatch(r"<(\w+)>", x)
        if whole and whole[1] in self.known:
            return self.known[whole[1]]
        return re.sub(r"<(\w+)>", lambda m: str(self.known.get(m[1], m[0])), x)


def _to_answer(answer: HTTPResponse) -> Answer:
    text = answer.read().decode(errors="replace")
    content = answer.getheader("Content-Type", "")
    body = json.loads(text) if text.startswith("{") else text
    warnings = re.findall(r'299 \S+ "((?:[^"\\]|\\.)*)"', answer.getheader("Warning", ""))
    return Answer(answer.status, body, content, [re.sub(r"\\(.)", r"\1", x) for x in warnings])


def _lags_behind(answer: Answer) -> bool:
    """Returns whether the API server refuses because its watch cache is not ready; clients retry then."""
    first = (answer.events or [{}])[0]
    causes = first.get("object", {}).get("details", {}).get("causes", []) if first.get("type") == "ERROR" else []
    return any(x.get("reason") == "ResourceVersionTooLarge" for x in causes)


def _wrong(step: dict, answer: Answer) -> str | None:
    """Returns how an answer differs from what the step expects, or None."""
    status = step.get("status", 200)
    if answer.status != status:
        return f"HTTP {answer.status} instead of {status}: {str(answer.body)[:600]}"
    if "reason" in step and (wrong := difference(step["reason"], (answer.body or {}).get("reason"), "reason")):
        return f"{wrong}: {str(answer.body)[:600]}"
    if "ended" in step and answer.ended != step["ended"]:
        return "the watch " + ("has ended" if answer.ended else "goes on")
    for name, got in (("has", answer.body), ("events", answer.events), ("warnings", answer.warnings),
                      ("content", answer.content)):  # fmt: skip
        if name in step and (wrong := difference(step[name], got, "" if name == "has" else name)):
            return wrong
    return None


def _title(step: dict) -> str:
    return step.get("ask") or step.get("follow") or f"events of {step.get('of')}"


def _at(body: Any, path: str) -> Any:
    for part in path.split("."):
        body = body[int(part)] if isinstance(body, list) else body[part]
    return body
