#!/usr/bin/env python3
"""Runs clang-tidy's misc-include-cleaner (see .clang-tidy): each file includes what it uses, and nothing else.

    test/lint/includes.py [--all | PATH...] [--fix] [--root DIR] [--build DIR] [--jobs N]

Checks the files that differ from the branch main; --all checks every source and header, a PATH one file or one folder.
A file that was found clean is not checked again until it changes, or a header of ours that it reaches: its key is kept
below BUILD/includes. --fix applies what clang-tidy proposes, first to sources and then to headers, and formats them.
Needs a configured build (cmake --preset release) for the compiler's flags, and the package clang-tidy-19.
"""

import argparse
import hashlib
import json
import os
import re
import subprocess
import sys
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from rings import files_below, sources

TIDY, FORMAT = "clang-tidy-19", "clang-format-19"
FINDING = re.compile(r"^(/[^:\n]+:\d+:\d+): (?:error|warning): (.*)$", re.MULTILINE)


class checker:
    def __init__(self, root: Path, build: Path):
        self.root, self.build = root, build
        self.files = sources(root)
        self.kept = build / "includes"
        self.kept.mkdir(exist_ok=True)
        self.commands = self.read_commands()
        self.settings = (root / ".clang-tidy").read_bytes()

    def read_commands(self) -> dict:
        entries = json.loads((self.build / "compile_commands.json").read_text())
        return {os.path.relpath(os.path.realpath(x["file"]), self.root): x["command"] for x in entries}

    def key(self, path: str) -> Path:
        """Names everything of ours that the verdict depends on."""
        digest = hashlib.sha256(self.settings + self.commands.get(path, "").encode())
        for x in sorted({path} | self.files.reached_from(path)):
            digest.update(x.encode() + b"\0" + (self.root / x).read_bytes())
        return self.kept / digest.hexdigest()

    def check(self, path: str, fix: bool) -> list:
        """Returns (place, text) of each finding. A header is compiled like the source that is nearest to it."""
        key = self.key(path)
        if key.exists():
            return []
        command = [TIDY, "-p", str(self.build), "--quiet", "--extra-arg=-Wno-pragma-once-outside-header"]
        done = subprocess.run(
            [*command, *(["--fix"] if fix else []), path], cwd=self.root, capture_output=True, text=True
        )
        found = [(os.path.relpath(place, self.root), text) for place, text in FINDING.findall(done.stdout)]
        if done.returncode != 0 and not found:
            found = [(path, f"clang-tidy fails: {done.stderr.strip()}")]
        if not found:
            key.touch()
        if fix and found:
            subprocess.run([FORMAT, "-i", path], cwd=self.root, check=True)
        return found


def changed_files(root: Path, among: list) -> list:
    """The files that differ from main, and those that are not committed."""

    def git(*words: str) -> str:
        return subprocess.run(["git", "-C", str(root), *words], capture_output=True, text=True).stdout.strip()

    base = git("merge-base", "HEAD", "origin/main") or git("merge-base", "HEAD", "main") or "HEAD"
    listed = git("diff", "--name-only", base).split() + git("ls-files", "--others", "--exclude-standard").split()
    return [x for x in among if x in set(listed)]


def chosen(options: argparse.Namespace, root: Path) -> list:
    known = files_below(root)
    if options.all:
        return known
    if not options.paths:
        return changed_files(root, known)
    paths = [os.path.relpath(os.path.realpath(x), root) for x in options.paths]
    return [x for x in known if any(x == path or x.startswith(path + "/") for path in paths)]


def main() -> int:
    options = argparse.ArgumentParser(description="Checks that each file includes what it uses.")
    options.add_argument("paths", nargs="*", metavar="PATH")
    options.add_argument("--all", action="store_true", help="every source and header")
    options.add_argument("--fix", action="store_true", help="apply what clang-tidy proposes")
    options.add_argument("--root", type=Path, default=Path(__file__).parents[2], help="root of the project")
    options.add_argument("--build", type=Path, help="a configured build (default: ROOT/build/release)")
    options.add_argument("--jobs", type=int, default=os.cpu_count(), help="processes at a time")
    given = options.parse_args()
    root = given.root.resolve()
    check = checker(root, (given.build or root / "build/release").resolve())
    files = chosen(given, root)
    findings = []
    # Sources first: they take over what their headers are about to lose.
    for suffix in (".cpp", ".hpp"):
        with ThreadPoolExecutor(given.jobs) as pool:
            for found in pool.map(lambda x: check.check(x, given.fix), [x for x in files if x.endswith(suffix)]):
                findings += found
                for place, text in found:
                    print(f"{place}: {text}", flush=True)
    kinds = Counter("unused" if "not used directly" in text else "missing" if "no header" in text else "other"
                    for _, text in findings)
    print(f"includes: {len(files)} files checked, {len(findings)} findings"
          + "".join(f", {count} {kind}" for kind, count in sorted(kinds.items())))
    return 1 if findings and not given.fix else 0


if __name__ == "__main__":
    sys.exit(main())
