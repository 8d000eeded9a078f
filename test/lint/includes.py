#!/usr/bin/env python3
"""Runs clang-tidy's misc-include-cleaner (see .clang-tidy): no file includes what it does not use.

    test/lint/includes.py [--all | PATH...] [--fix] [--root DIR] [--build DIR] [--jobs N]

Checks the sources that differ from the branch main. --all checks every source of the programs, and a PATH one source
or those of one folder. The sources of tests are checked when they change, because all of them take too long. Headers
are not checked, because they also include for their users.
A file that was found clean is not checked again until it changes, or a header of ours that it reaches: its key is kept
below BUILD/includes. --fix removes the unused includes and formats the sources.
A symbol whose header comes through another header is not reported: docs/decisions.md has the reason.
Needs a configured build (cmake --preset release) for the compiler's flags, and the package clang-tidy-19.
"""

import argparse
import hashlib
import json
import os
import re
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from rings import files_below, sources

TIDY, FORMAT = "clang-tidy-19", "clang-format-19"
FINDING = re.compile(r"^(/[^:\n]+):(\d+):\d+: (?:error|warning): (.*)$", re.MULTILINE)
MISSING, UNUSED = "no header providing", "is not used directly"


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
        """Returns (line, text) of each finding."""
        key = self.key(path)
        if key.exists():
            return []
        command = [TIDY, "-p", str(self.build), "--quiet", "--extra-arg=-Wno-pragma-once-outside-header", path]
        done = subprocess.run(command, cwd=self.root, capture_output=True, text=True)
        all_found = FINDING.findall(done.stdout)
        found = [(int(line), text) for _, line, text in all_found if not text.startswith(MISSING)]
        if done.returncode != 0 and not all_found:
            found = [(1, f"clang-tidy fails: {done.stderr.strip()}")]
        if not found:
            key.touch()
        if fix:
            self.remove(path, {line for line, text in found if UNUSED in text})
        return found

    def remove(self, path: str, unused: set) -> None:
        if not unused:
            return
        file = self.root / path
        lines = file.read_text().splitlines(keepends=True)
        file.write_text("".join(x for number, x in enumerate(lines, 1) if number not in unused))
        subprocess.run([FORMAT, "-i", path], cwd=self.root, check=True)


def changed_files(root: Path, among: list) -> list:
    """The files that differ from main, and those that are not committed."""

    def git(*words: str) -> str:
        return subprocess.run(["git", "-C", str(root), *words], capture_output=True, text=True).stdout.strip()

    base = git("merge-base", "HEAD", "origin/main") or git("merge-base", "HEAD", "main") or "HEAD"
    listed = git("diff", "--name-only", base).split() + git("ls-files", "--others", "--exclude-standard").split()
    return [x for x in among if x in set(listed)]


def chosen(options: argparse.Namespace, root: Path) -> list:
    known = [x for x in files_below(root) if x.endswith(".cpp")]
    if options.all:
        return [x for x in known if not x.startswith("test/")]
    if not options.paths:
        return changed_files(root, known)
    paths = [os.path.relpath(os.path.realpath(x), root) for x in options.paths]
    return [x for x in known if any(x == path or x.startswith(path + "/") for path in paths)]


def main() -> int:
    options = argparse.ArgumentParser(description="Finds includes that a file does not use.")
    options.add_argument("paths", nargs="*", metavar="PATH")
    options.add_argument("--all", action="store_true", help="every source of the programs")
    options.add_argument("--fix", action="store_true", help="remove them")
    options.add_argument("--root", type=Path, default=Path(__file__).parents[2], help="root of the project")
    options.add_argument("--build", type=Path, help="a configured build (default: ROOT/build/release)")
    options.add_argument("--jobs", type=int, default=os.cpu_count(), help="processes at a time")
    given = options.parse_args()
    root = given.root.resolve()
    check = checker(root, (given.build or root / "build/release").resolve())
    files = chosen(given, root)
    count = 0
    with ThreadPoolExecutor(given.jobs) as pool:
        for path, found in zip(files, pool.map(lambda x: check.check(x, given.fix), files)):
            count += len(found)
            for line, text in found:
                print(f"{path}:{line}: {text}", flush=True)
    print(f"includes: {len(files)} files checked, {count} findings")
    return 1 if count and not given.fix else 0


if __name__ == "__main__":
    sys.exit(main())
