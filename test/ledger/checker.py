"""Judges the file that Ledger.java writes: was state lost or doubled, did two jobs run at once?

Rules for an instance that follows another:
- it is restored, not fresh, unless the caller allowed that fresh start;
- it continues at or after the newest checkpoint (or savepoint) that the job has ever completed, and never beyond the
  last number written: a stop with savepoint therefore continues exactly at the last number plus 1;
- the older one is silent from the first line of the newer one on.
Within one instance numbers follow each other without a gap.
"""

from __future__ import annotations

import re
import sys
from dataclasses import dataclass, field
from pathlib import Path

LINE = re.compile(r"(\d+),([0-9a-f]{32}),([0-9a-f]+),(fresh|restored|number|completed|closed)(?:\((-?\d+)\))?,(-?\d+)")


@dataclass(frozen=True)
class Entry:
    """One line of the ledger."""

    time_ms: int
    job: str
    instance: str
    event: str
    checkpoint: int | None
    number: int


@dataclass
class Instance:
    """One start of the writer: a submit, or a restart by Flink itself."""

    name: str
    job: str
    opened: Entry
    numbers: list[Entry] = field(default_factory=list)

    @property
    def fresh(self) -> bool:
        return self.opened.event == "fresh"


@dataclass
class Report:
    """The result of a check; `faults` is empty if nothing was lost, doubled or run twice."""

    instances: list[Instance]
    faults: list[str]
    last_number: int
    completed: int

    @property
    def jobs(self) -> list[str]:
        """Job ids in the order of their first start."""
        return list(dict.fromkeys(x.job for x in self.instances))


def parse(text: str) -> list[Entry]:
    """Reads all complete lines; what follows the last line feed is still being written."""
    entries = []
    for row, line in enumerate(text[: text.rfind("\n") + 1].splitlines(), 1):
        match = LINE.fullmatch(line)
        if not match:
            raise ValueError(f"line {row} is not a ledger entry: {line!r}")
        time_ms, job, instance, event, checkpoint, number = match.groups()
        entries.append(
            Entry(int(time_ms), job, instance, event, int(checkpoint) if checkpoint else None, int(number))
        )
    return entries


def load(path: str | Path) -> list[Entry]:
    """Reads a ledger file; one that does not exist yet is empty."""
    path = Path(path)
    return parse(path.read_text()) if path.exists() else []


def check(entries: list[Entry], fresh_starts: int = 1, exact: bool = False, rewinds: int = 0) -> Report:
    """Applies the rules. `fresh_starts` instances may begin from nothing (deploys without state to keep); with
    `exact` every restored one continues at the last number plus 1 (only stops with savepoint happened); `rewinds`
    restored ones may be older than the newest checkpoint (restores that the user requested)."""
    checks = _Checks(fresh_starts, exact, rewinds)
    for entry in entries:
        checks.see(entry)
    if not checks.instances:
        checks.faults.append("the ledger is empty: no job ever ran")
    return Report(checks.instances, checks.faults, checks.last, checks.completed)


class _Checks:
    """The rules, one entry at a time."""

    def __init__(self, fresh_starts: int, exact: bool, rewinds: int):
        self.fresh_starts = fresh_starts
        self.exact = exact
        self.rewinds = rewinds
        self.instances: list[Instance] = []
        self.faults: list[str] = []
        self.last = -1
        self.completed = -1

    def see(self, entry: Entry) -> None:
        if entry.event in ("fresh", "restored"):
            self.open(entry)
            return
        current = self.instances[-1] if self.instances else None
        if current is None or entry.instance != current.name:
            self.stray(entry)
        elif entry.event == "number":
            self.count(current, entry)
        elif entry.event == "completed":
            self.completed = max(self.completed, entry.number)

    def stray(self, entry: Entry) -> None:
        # An old instance may close late: closing touches nothing. Anything else means that it is alive.
        if entry.event != "closed":
            self.faults.append(
                f"two alive: instance {entry.instance} of job {entry.job} wrote {entry.event} {entry.number} at "
                f"{entry.time_ms} after another one had started"
            )

    def open(self, entry: Entry) -> None:
        if entry.event == "fresh":
            self.open_fresh(entry)
        else:
            self.open_restored(entry)
        self.instances.append(Instance(entry.instance, entry.job, entry))

    def open_fresh(self, entry: Entry) -> None:
        self.fresh_starts -= 1
        if self.fresh_starts < 0:
            self.faults.append(
                f"fresh start: job {entry.job} began from nothing at {entry.time_ms}, {self.last + 1} numbers were known"
            )
        # Whatever came before is given up for good.
        self.last = -1
        self.completed = -1

    def open_restored(self, entry: Entry) -> None:
        if entry.number > self.last:
            self.faults.append(f"gap: job {entry.job} was restored at {entry.number}, the last number was {self.last}")
        oldest = self.last if self.exact else self.completed
        if entry.number < oldest:
            self.rewinds -= 1
            if self.rewinds < 0:
                what = "last number" if self.exact else "newest completed checkpoint"
                self.faults.append(
                    f"old state: job {entry.job} was restored at {entry.number}, the {what} was {oldest}"
                )
            self.completed = entry.number
        self.last = entry.number

    def count(self, current: Instance, entry: Entry) -> None:
        if entry.number != self.last + 1:
            self.faults.append(f"gap: job {entry.job} wrote {entry.number} after {self.last}")
        self.last = entry.number
        current.numbers.append(entry)


def branch(entries: list[Entry], job: str, parent: str | None = None) -> list[Entry]:
    """The ledger as one job knows it, where jobs run beside each other: what its parent had written when the job's
    state was taken, then its own entries. Without a parent, its own entries alone."""
    own = [x for x in entries if x.job == job]
    if parent is None or not own or own[0].event != "restored":
        return own
    known = own[0].number
    return [x for x in entries if x.job == parent and x.time_ms <= own[0].time_ms and x.number <= known] + own


def job_gaps_ms(entries: list[Entry]) -> list[int]:
    """Milliseconds without a job, one per instance that follows another: from the previous instance's last number to its
    own first. An instance that wrote nothing prolongs the gap."""
    gaps = []
    last: Entry | None = None
    for entry in entries:
        if entry.event != "number":
            continue
        if last is not None and entry.instance != last.instance:
            gaps.append(entry.time_ms - last.time_ms)
        last = entry
    return gaps


def job_gap_ms(entries: list[Entry]) -> int | None:
    """The newest of `job_gaps_ms`, or None if the job was never moved."""
    gaps = job_gaps_ms(entries)
    return gaps[-1] if gaps else None


def handover_ms(entries: list[Entry], job: str) -> int | None:
    """Milliseconds without any job before this one's first number, or None if it wrote none or none was before it.
    Where the old job keeps running beside it, the gap is close to zero."""
    numbers = [x for x in entries if x.event == "number"]
    first = next((x for x in numbers if x.job == job), None)
    before = [x.time_ms for x in numbers if first and x.job != job and x.time_ms <= first.time_ms]
    return first.time_ms - max(before) if first and before else None


def demand(path: str | Path, **options) -> Report:
    """Checks a file and raises AssertionError with all faults."""
    report = check(load(path), **options)
    if report.faults:
        raise AssertionError(f"{path}:\n  " + "\n  ".join(report.faults))
    return report


def main() -> int:
    """Prints the verdict on one file, for people and shell scripts."""
    if len(sys.argv) not in (2, 3):
        print("usage: checker.py LEDGER [FRESH_STARTS]", file=sys.stderr)
        return 2
    entries = load(sys.argv[1])
    report = check(entries, fresh_starts=int(sys.argv[2]) if len(sys.argv) == 3 else 1)
    for instance in report.instances:
        numbers = instance.numbers
        wrote = f"{numbers[0].number}..{numbers[-1].number}" if numbers else "nothing"
        how = "from nothing" if instance.fresh else f"from checkpoint {instance.opened.checkpoint}"
        print(f"job {instance.job}: started {how}, wrote {wrote}")
    for gap in job_gaps_ms(entries):
        print(f"job gap: {gap} ms")
    for fault in report.faults:
        print(f"FAULT {fault}")
    print("ledger: " + ("state was lost or doubled" if report.faults else "nothing lost, nothing doubled"))
    return 1 if report.faults else 0


if __name__ == "__main__":
    sys.exit(main())
