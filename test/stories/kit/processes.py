"""Programs that a story starts, and waiting for their effects."""

from __future__ import annotations

import ctypes
import os
import signal
import socket
import subprocess
import time
from pathlib import Path
from typing import Callable, Sequence, TypeVar

ROOT = Path(__file__).resolve().parents[3]

_libc = ctypes.CDLL(None, use_errno=True)
_PR_SET_PDEATHSIG = 1

T = TypeVar("T")


def _die_with_parent() -> None:
    _libc.prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)


def free_port() -> int:
    """Returns a free TCP port of the loopback interface."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def until(what: str, ask: Callable[[], T | None], seconds: float = 60, every: float = 0.05) -> T:
    """Asks again and again until the answer is true, and returns it."""
    deadline = time.monotonic() + seconds
    while True:
        answer = ask()
        if answer:
            return answer
        if time.monotonic() > deadline:
            raise AssertionError(f"waited {seconds:g} s in vain for {what}; the last answer was {answer!r}")
        time.sleep(every)


class Process:
    """A program with its output in a file, ended by its pid and never later than this one."""

    def __init__(self, name: str, command: Sequence[str | Path], log: Path, env: dict[str, str] | None = None):
        self.name = name
        self.log = log
        log.parent.mkdir(parents=True, exist_ok=True)
        with log.open("ab") as out:
            self.popen = subprocess.Popen(
                [str(word) for word in command],
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=subprocess.STDOUT,
                env={**os.environ, **(env or {})},
                start_new_session=True,
                preexec_fn=_die_with_parent,
            )

    @property
    def pid(self) -> int:
        return self.popen.pid

    def runs(self) -> bool:
        return self.popen.poll() is None

    def demand_running(self) -> None:
        if not self.runs():
            raise AssertionError(f"{self.name} ended with {self.popen.returncode}: {self.tail()}")

    def tail(self, lines: int = 30) -> str:
        return "\n".join(self.log.read_text(errors="replace").splitlines()[-lines:])

    def signal(self, number: int) -> None:
        if self.runs():
            os.kill(self.pid, number)

    def kill(self) -> None:
        """kill -9, and the certainty that it is gone."""
        self.signal(signal.SIGKILL)
        self.popen.wait()

    def stop(self, patience: float = 15) -> int:
        """SIGTERM, and SIGKILL for one that does not listen; returns the exit code."""
        self.signal(signal.SIGCONT)
        self.signal(signal.SIGTERM)
        try:
            return self.popen.wait(patience)
        except subprocess.TimeoutExpired:
            self.kill()
            return self.popen.returncode


def run(*command: str | Path, input: str | None = None, timeout: float = 600, check: bool = True, env=None) -> str:
    """Runs a command and returns its output. On failure the error contains its stderr."""
    done = subprocess.run(
        [str(word) for word in command], input=input, capture_output=True, text=True, timeout=timeout, env=env
    )
    if check and done.returncode != 0:
        raise CommandFailed(command, done)
    return done.stdout


class CommandFailed(AssertionError):
    """A command that a story needed did not succeed."""

    def __init__(self, command, done: subprocess.CompletedProcess):
        super().__init__(f"{' '.join(map(str, command))} ended with {done.returncode}: {done.stderr}{done.stdout}")
        self.code = done.returncode
        self.stderr = done.stderr
        self.stdout = done.stdout
