"""Tells what `llvm-cov export` measured: a row per file, the worst first, and the lines that no test reaches."""

import json
import os
import sys
from pathlib import Path

# Goals for the core as a whole, in per cent.
LINES, BRANCHES = 98.0, 90.0
SHOWN = 12


def main(measured: str) -> None:
    data = json.loads(Path(measured).read_text())["data"][0]
    files = sorted(data["files"], key=lambda x: (percent(x["summary"], "lines"), percent(x["summary"], "branches")))
    print(f"\n{'file':34} {'lines':>7} {'missed':>7} {'branches':>9} {'missed':>7}")
    for x in files:
        say(name_of(x), x["summary"])
    say("together", data["totals"])
    print(f"{'goal':34} {LINES:6.1f}% {'':7} {BRANCHES:8.1f}%")
    print("\nlines that no test reaches:")
    for x in files:
        if missed := unreached(x):
            more = f" and {len(missed) - SHOWN} more" if len(missed) > SHOWN else ""
            print(f"  {name_of(x)}: {', '.join(map(str, missed[:SHOWN]))}{more}")


def name_of(x: dict) -> str:
    return os.path.relpath(x["filename"])


def percent(summary: dict, what: str) -> float:
    return summary[what]["percent"] if summary[what]["count"] else 100.0


def say(name: str, summary: dict) -> None:
    lines, branches = summary["lines"], summary["branches"]
    print(
        f"{name:34} {percent(summary, 'lines'):6.1f}% {lines['count'] - lines['covered']:7}"
        f" {percent(summary, 'branches'):8.1f}% {branches['count'] - branches['covered']:7}"
    )


def unreached(x: dict) -> list[int]:
    """First lines of the regions that were never entered."""
    return sorted({line for line, _, count, has_count, is_entry, is_gap in x["segments"]
                   if has_count and is_entry and not is_gap and count == 0})


if __name__ == "__main__":
    main(sys.argv[1])
