"""Prints what `llvm-cov export` measured, a row per file, the worst first. Writes the code that no test reaches to a
file, with its source: lines that were never entered, and conditions that were never true or never false."""

import json
import os
import sys
from collections import defaultdict
from pathlib import Path

# Goals for the core as a whole, in per cent.
LINES, BRANCHES = 98.0, 90.0


def main(measured: str, unreached: str) -> None:
    data = json.loads(Path(measured).read_text())["data"][0]
    files = sorted(data["files"], key=lambda x: (percent(x["summary"], "lines"), percent(x["summary"], "branches")))
    print(f"\n{'file':34} {'lines':>7} {'missed':>7} {'branches':>9} {'missed':>7}")
    for x in files:
        write(name_of(x), x["summary"])
    write("total", data["totals"])
    print(f"{'goal':34} {LINES:6.1f}% {'':7} {BRANCHES:8.1f}%")
    Path(unreached).write_text("".join(gaps(x) for x in files))
    print(f"\nwhat no test reaches: {unreached}")


def name_of(x: dict) -> str:
    # Headers are compiled under the links of build/*/rooms.
    return os.path.relpath(os.path.realpath(x["filename"]), os.path.realpath("."))


def percent(summary: dict, what: str) -> float:
    return summary[what]["percent"] if summary[what]["count"] else 100.0


def write(name: str, summary: dict) -> None:
    lines, branches = summary["lines"], summary["branches"]
    print(
        f"{name:34} {percent(summary, 'lines'):6.1f}% {lines['count'] - lines['covered']:7}"
        f" {percent(summary, 'branches'):8.1f}% {branches['count'] - branches['covered']:7}"
    )


def gaps(x: dict) -> str:
    source = Path(x["filename"]).read_text().splitlines()
    marks = defaultdict(list)
    for line, column, count, has_count, is_entry, is_gap in x["segments"]:
        if has_count and is_entry and not is_gap and count == 0 and not source[line - 1].startswith("BOOST_DESCRIBE"):
            marks[line].append("never entered")
    # One condition of a template has an entry per instance.
    ways = defaultdict(lambda: [0, 0])
    for line, column, _, _, is_true, is_false, *_ in x["branches"]:
        ways[line, column][0] += is_true
        ways[line, column][1] += is_false
    for (line, column), (is_true, is_false) in ways.items():
        if not is_true or not is_false:
            never = " or ".join(word for word, count in (("true", is_true), ("false", is_false)) if not count)
            marks[line].append(f"column {column} never {never}")
    rows = [f"{name_of(x)}:{line}: {', '.join(dict.fromkeys(marks[line]))}\n    {source[line - 1].strip()}\n"
            for line in sorted(marks)]
    return "".join(rows)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2])
