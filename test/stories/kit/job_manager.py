"""A JobManager as a story asks it, through the address of its pod."""

from __future__ import annotations

import json
import urllib.error
import urllib.request


class JobManager:
    """REST of one JobManager."""

    def __init__(self, address: str, port: int = 8081):
        self.url = f"http://{address}:{port}"

    def ask(self, path: str):
        with urllib.request.urlopen(self.url + path, timeout=10) as answer:
            return json.loads(answer.read())

    def find(self, path: str):
        """The answer, or None if the JobManager is away or does not know."""
        try:
            return self.ask(path)
        except (urllib.error.URLError, OSError, ValueError):
            return None

    def jobs(self) -> list[dict]:
        """id (jid), name, state of every job it knows."""
        return (self.find("/jobs/overview") or {}).get("jobs", [])

    def running_jobs(self) -> list[str]:
        return [x["jid"] for x in self.jobs() if x["state"] == "RUNNING"]

    def all_tasks_running(self, job: str) -> bool:
        details = self.find(f"/jobs/{job}") or {}
        counts = details.get("status-counts", {})
        return bool(counts) and counts.get("RUNNING", 0) == sum(counts.values())

    def cancel(self, job: str) -> None:
        """What somebody does who presses Cancel in Flink's own pages."""
        request = urllib.request.Request(f"{self.url}/jobs/{job}?mode=cancel", method="PATCH")
        urllib.request.urlopen(request, timeout=10).close()

    def job(self, job: str) -> dict:
        """id (jid), name and state of one job; empty if the job is unknown."""
        return next((x for x in self.jobs() if x["jid"] == job), {})

    def config(self) -> dict[str, str]:
        return {x["key"]: x["value"] for x in self.ask("/jobmanager/config")}

    def checkpoints(self, job: str) -> dict:
        return self.find(f"/jobs/{job}/checkpoints") or {}

    def restored(self, job: str) -> dict | None:
        """What the job was restored from: external_path, is_savepoint."""
        return (self.checkpoints(job).get("latest") or {}).get("restored")
