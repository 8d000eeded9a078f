"""The operator as a process that stories stop, kill and start again."""

from __future__ import annotations

import json
import re
import signal
import time
import urllib.error
import urllib.request
from collections import Counter
from pathlib import Path
from typing import Sequence

from .processes import Process, free_port, until
from .programs import OPERATOR

# Pods of the node agent have addresses that this machine reaches.
JOB_MANAGER_URL = "http://{podIP}:8081"


class Operator:
    """One operator at a time, always on the same ports."""

    def __init__(
        self,
        kubeconfig: Path,
        folder: Path,
        job_manager_url: str = JOB_MANAGER_URL,
        name: str = "operator",
        options: Sequence[str] = (),
    ):
        self.kubeconfig = kubeconfig
        self.log = folder / f"{name}.log"
        self.options = options
        self.port = free_port()
        self.introspection = free_port()
        # Empty: the operator's own way, which is the API server's proxy.
        self.job_manager_url = job_manager_url
        self.process: Process | None = None

    def start(self) -> None:
        self.process = Process(
            "flink-operator",
            [
                OPERATOR,
                f"--kubeconfig={self.kubeconfig}",
                f"--metrics-bind-address=127.0.0.1:{self.port}",
                f"--health-probe-bind-address=127.0.0.1:{self.port}",
                f"--introspection-bind-address=127.0.0.1:{self.introspection}",
                *([f"--jobmanager-url={self.job_manager_url}"] if self.job_manager_url else []),
                "--log-format=json",
                *self.options,
            ],
            self.log,
        )

    def until_ready(self) -> None:
        until("the operator to be ready", self._ready, seconds=30, every=0.02)

    def stop(self) -> int:
        assert self.process
        return self.process.stop()

    def kill(self) -> None:
        assert self.process
        self.process.kill()

    def restart(self, job_manager_url: str | None = None) -> None:
        """Restarts the operator, with another JobManager URL if given."""
        self.stop()
        if job_manager_url:
            self.job_manager_url = job_manager_url
        self.start()
        self.until_ready()

    def pause(self) -> None:
        assert self.process
        self.process.signal(signal.SIGSTOP)

    def resume(self) -> None:
        assert self.process
        self.process.signal(signal.SIGCONT)

    def ask(self, path: str, port: int | None = None) -> str:
        with urllib.request.urlopen(f"http://127.0.0.1:{port or self.port}{path}", timeout=10) as answer:
            return answer.read().decode()

    def introspect(self, path: str) -> dict:
        """The operator's own words about itself."""
        return json.loads(self.ask(path, self.introspection))

    def introspect_application(self, namespace: str, name: str) -> dict:
        """The operator's page about an application; empty as long as the operator has not seen it."""
        try:
            return self.introspect(f"/applications/{namespace}/{name}")
        except urllib.error.HTTPError as refused:
            if refused.code == 404:
                return {}
            raise

    def own_share(self, namespace: str, name: str) -> float | None:
        """Milliseconds of the application's last deploy in which the operator waited for nothing else."""
        try:
            return find_key(self.introspect(f"/applications/{namespace}/{name}"), "ownShareMilliseconds")
        except (urllib.error.URLError, OSError, ValueError):
            return None

    def memory(self) -> int:
        """Resident bytes."""
        assert self.process
        for line in Path(f"/proc/{self.process.pid}/status").read_text().splitlines():
            if line.startswith("VmRSS:"):
                return int(line.split()[1]) * 1024
        return 0

    def log_lines(self) -> list[dict]:
        """Its structured log so far; a line cut by a kill is left out."""
        lines = []
        for line in self.log.read_text(errors="replace").splitlines():
            try:
                lines.append(json.loads(line))
            except ValueError:
                continue
        return lines

    def writes(self) -> Counter[str]:
        """What it has changed in the cluster since its start, by its own count and in RBAC's words."""
        found: Counter[str] = Counter()
        for verb, what, n in re.findall(r'kube_requests_total\{request="(\w+) ([^"]+)"\} (\S+)', self.ask("/metrics")):
            if verb != "GET":
                found[f"{'create' if verb == 'POST' else verb.lower()} {what}"] += int(float(n))
        return found

    def _ready(self) -> bool:
        assert self.process
        self.process.demand_running()
        try:
            self.ask("/readyz")
            return True
        except (urllib.error.URLError, OSError):
            return False

    def measure_start(self) -> float:
        """Seconds from the start of a stopped operator to its readiness."""
        began = time.monotonic()
        self.start()
        until("the operator to be ready", self._ready, seconds=30, every=0.002)
        return time.monotonic() - began


def find_key(value, key: str):
    """The first value under a key, however deep."""
    if isinstance(value, dict):
        if key in value:
            return value[key]
        value = list(value.values())
    if isinstance(value, list):
        for part in value:
            found = find_key(part, key)
            if found is not None:
                return found
    return None
