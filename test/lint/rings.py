#!/usr/bin/env python3
"""Checks the includes of all sources, and the links of CMake, against the table of rings.toml.

    test/lint/rings.py [--root DIR] [--build DIR | --no-links]

Prints the rooms: how many files a room holds (a source counts together with its header) and which rooms it includes;
a room in parentheses may be included and is not. Fails on
  - an include that the table does not allow, of a file that is missing, or of a folder that the table does not name;
  - headers that include each other in a circle;
  - a folder with more than `most_files` files;
  - a header that more than half of the core includes and that is not vocabulary;
  - a translation unit that includes two libraries that must stay apart;
  - a library outside the one room that may include it, and an exception that is not needed any more;
  - a room that the table allows and CMake does not link, and a link that the table does not allow.
Needs a configured build (cmake --preset release) for the links.
"""

import argparse
import os
import re
import subprocess
import sys
import tempfile
import tomllib
from collections import defaultdict
from pathlib import Path

INCLUDE = re.compile(r'^[ \t]*#[ \t]*include[ \t]*(?:"([^"]+)"|<([^>]+)>)', re.MULTILINE)


class table:
    """rings.toml: rooms in their order, and the rules."""

    def __init__(self, text: str):
        rules = tomllib.loads(text)
        self.tests = rules["tests"]
        self.most_files = rules["most_files"]
        self.core = rules["core"]
        self.vocabulary = set(rules["vocabulary"])
        self.apart = rules["apart"]
        self.behind = rules["behind"]
        self.sees = {}
        self.room_of_folder = {}
        self.breaches = []
        for ring in rules["rings"]:
            self.add(ring["room"], ring.get("also", []), ring["sees"])

    def add(self, room: str, also: list, sees: list) -> None:
        for other in sees:
            if self.room_named_by(other) not in self.sees:
                self.breaches.append(f"rings.toml: {room} sees {other}, which does not stand above it")
        self.sees[room] = sees
        for folder in [room, *(f"{room}/{name}" for name in also)]:
            self.room_of_folder["" if folder == "." else folder] = room

    @staticmethod
    def room_named_by(entry: str) -> str:
        return os.path.dirname(entry) if entry.endswith(".hpp") else entry

    def room_of(self, path: str) -> str | None:
        if path.split("/")[0] == self.tests:
            return self.tests
        return self.room_of_folder.get(os.path.dirname(path))

    def allows(self, room: str, included: str) -> bool:
        other = self.room_of(included)
        if room == self.tests:
            return True
        return other == room or other in self.sees[room] or included in self.sees[room]

    def allows_room(self, room: str, other: str) -> bool:
        return room == other or other in {self.room_named_by(entry) for entry in self.sees[room]}


class sources:
    """The C++ files below a folder, and what each includes: our files by path, those of others by name."""

    def __init__(self, root: Path):
        self.ours, self.others = {}, {}
        for path in files_below(root):
            pairs = INCLUDE.findall((root / path).read_text())
            self.ours[path] = [x for x, _ in pairs if x]
            self.others[path] = [x for _, x in pairs if x]

    def reached_from(self, path: str) -> set:
        """The files of ours that a file includes, directly or through others."""
        reached, ahead = set(), list(self.ours[path])
        while ahead:
            x = ahead.pop()
            if x in self.ours and x not in reached:
                reached.add(x)
                ahead += self.ours[x]
        return reached


def files_below(root: Path) -> list:
    if (root / ".git").exists():
        command = ["git", "-C", str(root), "ls-files", "--cached", "--others", "--exclude-standard", "*.cpp", "*.hpp"]
        listed = subprocess.run(command, capture_output=True, text=True, check=True).stdout.split()
        return sorted(x for x in set(listed) if (root / x).exists())
    found = (x.relative_to(root) for suffix in ("cpp", "hpp") for x in root.rglob(f"*.{suffix}"))
    return sorted(str(x) for x in found if x.parts[0] != "build")


def stem(path: str) -> str:
    return os.path.splitext(path)[0]


# -- rules --------------------------------------------------------------------------------------------------


def check_includes(rules: table, files: sources) -> list:
    found = []
    for path, included in files.ours.items():
        room = rules.room_of(path)
        if room is None:
            found.append(f"{path}: its folder is not in the table")
            continue
        for x in included:
            if x not in files.ours:
                found.append(f"{path}: includes {x}, which does not exist")
            elif rules.room_of(x) is None:
                found.append(f"{path}: includes {x}, whose folder is not in the table")
            elif not rules.allows(room, x):
                found.append(f"{path}: includes {x}: {room} may not include {rules.room_of(x)}")
    return found


def check_circles(files: sources) -> list:
    """A circle of includes, as a walk along it. Each file is left once."""
    found, done = [], set()

    def visit(path: str, way: list) -> None:
        if path in way:
            found.append("circle of includes: " + " > ".join(way[way.index(path) :] + [path]))
            return
        if path in done or path not in files.ours:
            return
        for x in files.ours[path]:
            visit(x, way + [path])
        done.add(path)

    for path in files.ours:
        visit(path, [])
    return found


def check_sizes(rules: table, files: sources) -> list:
    folders = defaultdict(set)
    for path in files.ours:
        folders[os.path.dirname(path)].add(stem(path))
    return [
        f"{folder}: holds {len(names)} files, a source with its header counted as one; at most {rules.most_files}"
        for folder, names in sorted(folders.items())
        if len(names) > rules.most_files
    ]


def check_vocabulary(rules: table, files: sources) -> list:
    core = [path for path in files.ours if path.split("/")[0] in rules.core]
    users = defaultdict(int)
    for path in core:
        for x in files.reached_from(path):
            users[x] += 1
    return [
        f"{header}: {count} of the {len(core)} files of the core include it, and it is not in the list of vocabulary"
        for header, count in sorted(users.items())
        if count > len(core) / 2 and header not in rules.vocabulary
    ]


def check_apart(rules: table, files: sources) -> list:
    found = []
    for path in files.ours:
        if not path.endswith(".cpp"):
            continue
        unit = [path, *sorted(files.reached_from(path))]
        for pair in rules.apart:
            first, second = (who_includes(files, unit, pair[key]) for key in ("first", "second"))
            if first and second:
                found.append(f"{path}: the translation unit includes {first} and {second}")
    return found


def who_includes(files: sources, unit: list, pattern: str) -> str | None:
    for path in unit:
        for x in files.others[path]:
            if re.match(pattern, x):
                return f"<{x}> (in {path})"
    return None


def check_behind(rules: table, files: sources) -> list:
    found = []
    for rule in rules.behind:
        needed = set()
        for path, included in files.others.items():
            hits = [x for x in included if re.match(rule["headers"], x)]
            if not hits or path.split("/")[0] not in rules.core or rules.room_of(path) == rule["room"]:
                continue
            needed.add(path)
            if path not in rule["except"]:
                found.append(f"{path}: includes <{hits[0]}>, which only {rule['room']} may include in the core")
        for path in rule["except"]:
            if path not in needed:
                found.append(f"rings.toml: the exception for {path} is not needed any more: <{rule['headers']}>")
    return found


# -- links of CMake -----------------------------------------------------------------------------------------


class links:
    """What CMake links: targets with the folders of their files, and what each sees."""

    def __init__(self, folders: dict, public: dict, private: dict):
        self.folders, self.public, self.private = folders, public, private

    def direct(self, target: str) -> set:
        return self.public.get(target, set()) | self.private.get(target, set())

    def seen_by(self, target: str) -> set:
        seen, ahead = set(), list(self.direct(target))
        while ahead:
            x = ahead.pop()
            if x not in seen:
                seen.add(x)
                ahead += self.public.get(x, ())
        return seen


def read_links(root: Path, build: Path) -> links:
    with tempfile.TemporaryDirectory() as folder:
        dot = Path(folder) / "links.dot"
        subprocess.run(["cmake", f"--graphviz={dot}", str(build)], check=True, capture_output=True, cwd=root)
        public, private = links_in(dot.read_text())
    return links(folders_of_targets(root, build), public, private)


def links_in(dot: str) -> tuple:
    """CMake draws private links dotted, and names both ends in a comment."""
    public, private = defaultdict(set), defaultdict(set)
    for style, source, target in re.findall(r'-> "node\d+"(.*?) // (\S+) -> (\S+)', dot):
        (private if "dotted" in style else public)[source].add(target)
    return public, private


def folders_of_targets(root: Path, build: Path) -> dict:
    """Headers stand below build/rooms/TARGET, objects below CMakeFiles/TARGET.dir."""
    folders = defaultdict(set)
    for link in (build / "rooms").rglob("*.hpp"):
        target, *parts = link.relative_to(build / "rooms").parts
        folders[target].add("/".join(parts[:-1]))
    commands = (build / "compile_commands.json").read_text()
    for folder, target, source in re.findall(r" -o (?:(\S+)/)?CMakeFiles/([^/ ]+)\.dir/(\S+)", commands):
        folders[target].add(os.path.dirname(os.path.join(folder, source)))
    return folders


def rooms_of(rules: table, graph: links) -> dict:
    """The room of each target that has one."""
    rooms = {}
    for target, folders in graph.folders.items():
        known = {rules.room_of_folder[x] for x in folders if x in rules.room_of_folder}
        if known:
            # The folders of lifecycle are one library: the one that sees most stands for it.
            rooms[target] = max(known, key=list(rules.sees).index)
    return rooms


def check_links(rules: table, graph: links) -> list:
    found = []
    rooms = rooms_of(rules, graph)
    for target, room in sorted(rooms.items()):
        for other in sorted(graph.direct(target)):
            if other in rooms and not rules.allows_room(room, rooms[other]):
                found.append(f"CMake links {other} to {target}, and the table does not let {room} see {rooms[other]}")
    targets = defaultdict(set)
    for target, folders in graph.folders.items():
        for folder in folders:
            if folder in rules.room_of_folder:
                targets[rules.room_of_folder[folder]].add(target)
    for room, sees in rules.sees.items():
        seen = set().union(*(graph.seen_by(target) | {target} for target in targets[room]), set())
        for other in sees:
            if not targets[table.room_named_by(other)] & seen:
                found.append(f"the table lets {room} see {other}, and CMake does not link it")
    return found


# -- report -------------------------------------------------------------------------------------------------


def print_rooms(rules: table, files: sources) -> None:
    holds, includes = defaultdict(set), defaultdict(set)
    for path, included in files.ours.items():
        room = rules.room_of(path)
        holds[room].add(stem(path))
        includes[room] |= {rules.room_of(x) for x in included}
    print(f"{'room':24} {'files':>5}  includes")
    for room in rules.sees:
        named = [rules.room_named_by(x) for x in rules.sees[room]]
        print(f"{room:24} {len(holds[room]):5}  {wrapped(x if x in includes[room] else f'({x})' for x in named)}")
    print(f"{rules.tests:24} {len(holds[rules.tests]):5}  everything")


def wrapped(names, width: int = 88, indent: int = 32) -> str:
    lines = [""]
    for name in names:
        if lines[-1] and len(lines[-1]) + len(name) > width:
            lines.append("")
        lines[-1] += f" {name}" if lines[-1] else name
    return ("\n" + " " * indent).join(lines)


def breaches_of(rules: table, files: sources) -> list:
    found = list(rules.breaches)
    for rule in (check_includes, check_sizes, check_vocabulary, check_apart, check_behind):
        found += rule(rules, files)
    return found + check_circles(files)


def main() -> int:
    here = Path(__file__)
    options = argparse.ArgumentParser(description="Checks who includes whom.")
    options.add_argument("--root", type=Path, default=here.parents[2], help="root of the project")
    options.add_argument("--build", type=Path, help="a configured build (default: ROOT/build/release)")
    options.add_argument("--no-links", action="store_true", help="leave out the links of CMake")
    given = options.parse_args()
    root = given.root.resolve()
    rules = table(here.with_name("rings.toml").read_text())
    files = sources(root)
    print_rooms(rules, files)
    found = breaches_of(rules, files)
    if not given.no_links:
        found += check_links(rules, read_links(root, (given.build or root / "build/release").resolve()))
    for breach in found:
        print(breach)
    print(f"breaches: {len(found)}" if found else "every include and every link is allowed")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
