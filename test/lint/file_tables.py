#!/usr/bin/env python3
"""Writes or checks the tables of files in docs/architecture.md.

    test/lint/file_tables.py --check | --write [--root DIR]

A table stands between `<!-- files: FOLDER -->` and `<!-- end -->`, and has one row for each pair of header and source:
its name, and the first sentence of the comment on top of its header (of its source, where it has no header). --check
fails on a table that is not up to date, on a file without such a comment, and on a folder with sources and no table.
"""

import argparse
import re
import sys
from pathlib import Path

PAGE = "docs/architecture.md"
TABLE = re.compile(r"<!-- files: (?P<folder>\S+) -->\n.*?<!-- end -->", re.DOTALL)
SENTENCE = re.compile(r".*?\.(?=\s+[A-Z`]|$)")
TESTS = ("test", "build")


def pairs_in(folder):
    """The files that speak for a pair, one per name: the header where there is one."""
    found = {}
    for path in sorted(folder.glob("*.[ch]pp")):
        if path.suffix == ".hpp" or path.stem not in found:
            found[path.stem] = path
    return [found[name] for name in sorted(found)]


def first_sentence(path):
    """The first sentence of the comment that the file begins with, or None."""
    lines = []
    for line in path.read_text().splitlines():
        if not line.startswith("// "):
            break
        lines.append(line[3:].strip())
    text = " ".join(lines)
    sentence = SENTENCE.match(text)
    return (sentence.group(0) if sentence else text) or None


def table_of(root, folder):
    rows = ["| file | what it is for |", "| --- | --- |"]
    for path in pairs_in(root / folder):
        sentence = first_sentence(path) or ""
        rows.append(f"| `{path.stem}` | {sentence.replace('|', chr(92) + '|')} |")
    return f"<!-- files: {folder} -->\n" + "\n".join(rows) + "\n<!-- end -->"


def page_with_tables(root, page):
    return TABLE.sub(lambda table: table_of(root, table["folder"]), page)


def folders_with_sources(root):
    folders = {path.parent.relative_to(root) for path in root.rglob("*.[ch]pp")}
    return sorted(str(f) for f in folders if f.parts and f.parts[0] not in TESTS and not f.parts[0].startswith("."))


def faults(root):
    page = (root / PAGE).read_text()
    shown = [table["folder"] for table in TABLE.finditer(page)]
    for folder in folders_with_sources(root):
        if folder not in shown:
            yield f"{PAGE} has no table of {folder}/: add the lines <!-- files: {folder} --> and <!-- end -->"
        for path in pairs_in(root / folder):
            if not first_sentence(path):
                yield f"{path.relative_to(root)} does not begin with a comment that says what it is for"
    for folder in shown:
        if not (root / folder).is_dir():
            yield f"{PAGE} has a table of {folder}/, which does not exist"
    if page_with_tables(root, page) != page:
        yield f"a table of {PAGE} is not up to date: test/lint/file_tables.py --write"


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    task = parser.add_mutually_exclusive_group(required=True)
    task.add_argument("--check", action="store_true")
    task.add_argument("--write", action="store_true")
    parser.add_argument("--root", type=Path, default=Path(__file__).parents[2])
    given = parser.parse_args()
    if given.write:
        page = given.root / PAGE
        page.write_text(page_with_tables(given.root, page.read_text()))
        return 0
    found = list(faults(given.root))
    print("\n".join(found), end="\n" if found else "")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
