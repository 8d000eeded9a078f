#!/usr/bin/env python3
"""Reads the call graph of flink/lifecycle from clang's syntax tree and checks its shape.

    test/lint/call_graph.py [--root DIR] [--build DIR] [--calls] [--jobs N]

A file here is a source together with its header, under one name ("phases/steady"). A call is every mention of a
function by name: a call, a constructor, an overloaded operator, a function put into a table. It counts from the file
that holds the mention to the file that holds the function's definition, wherever the function is declared.

Fails on
  - a circle: files that reach each other by calls;
  - a call upwards: the floors are, from the top, those of FLOORS, and a call stays on its floor or goes down;
  - a file that clang cannot read.
Prints a row per file: its functions, the longest of them, and whom it calls. --calls prints every call between files.

Not seen: members called on a value whose type depends on a template parameter, and implicit calls of destructors.
Needs a configured build (cmake --preset release) for the compiler's flags, and the package python3-clang-19.
"""

import argparse
import json
import os
import shlex
import subprocess
import sys
from collections import defaultdict
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

# From the top down. A file may call the files of its own floor and of those below. rings.py uses it for the includes.
FLOORS = ["flink/lifecycle", "flink/lifecycle/phases", "flink/lifecycle/steps", "flink/lifecycle/pass"]


@dataclass
class function:
    name: str
    path: str
    line: int
    lines: int


@dataclass
class reading:
    """What one translation unit shows: definitions by USR, mentions, and errors of the compiler."""

    functions: dict = field(default_factory=dict)
    mentions: set = field(default_factory=set)  # (path, line, name of the caller, USR of the callee)
    errors: list = field(default_factory=list)


# -- reading ------------------------------------------------------------------------------------------------


def compile_flags(root: Path, build: Path) -> dict:
    """Flags per source of the project, without the compiler, the output and the source itself."""
    flags = {}
    for entry in json.loads((build / "compile_commands.json").read_text()):
        words = shlex.split(entry["command"])
        source = os.path.realpath(os.path.join(entry["directory"], entry["file"]))
        start = next(i for i, word in enumerate(words) if "clang" in word or word.endswith("++"))
        kept, skip = [], False
        for word in words[start + 1 :]:
            if skip or word in ("-o", "-c"):
                skip = word == "-o" and not skip
                continue
            if os.path.realpath(os.path.join(entry["directory"], word)) != source:
                kept.append(word)
        flags[os.path.relpath(source, root)] = kept
    return flags


def sources_of(root: Path) -> list:
    return sorted(str(x.relative_to(root)) for x in (root / FLOORS[0]).rglob("*.cpp"))


def read_unit(root: str, source: str, flags: list) -> reading:
    from clang import cindex

    resources = subprocess.run(["clang-19", "-print-resource-dir"], capture_output=True, text=True, check=True)
    # A header that was added after the last configure is found from the root.
    arguments = ["-x", "c++", *flags, "-w", "-Wno-error", "-resource-dir", resources.stdout.strip(), f"-I{root}"]
    unit = cindex.Index.create().parse(os.path.join(root, source), args=arguments)
    found = reading()
    for x in unit.diagnostics:
        if x.severity >= cindex.Diagnostic.Error:
            found.errors.append(f"{source}: {x.location.file}:{x.location.line}: {x.spelling}")
    walker(root, found).walk(unit.cursor)
    return found


class walker:
    """Collects the functions that a tree defines and mentions in the files of the lifecycle."""

    def __init__(self, root: str, found: reading):
        from clang.cindex import CursorKind as kinds

        self.root = os.path.join(os.path.realpath(root), "")
        self.found = found
        self.paths = {}
        self.functions = {
            kinds.FUNCTION_DECL,
            kinds.CXX_METHOD,
            kinds.CONSTRUCTOR,
            kinds.DESTRUCTOR,
            kinds.CONVERSION_FUNCTION,
            kinds.FUNCTION_TEMPLATE,
        }
        self.overloads = kinds.OVERLOADED_DECL_REF

    def path_of(self, cursor) -> str | None:
        """The file below the lifecycle's folder that holds a cursor; links of the build are resolved."""
        file = cursor.location.file
        if file is None:
            return None
        if file.name not in self.paths:
            path = os.path.realpath(file.name)
            inside = path.startswith(self.root + FLOORS[0] + "/")
            self.paths[file.name] = path[len(self.root) :] if inside else None
        return self.paths[file.name]

    def walk(self, cursor) -> None:
        # What other files declare is most of the tree: it is left out here, at its top.
        for child in cursor.get_children():
            if self.path_of(child):
                self.inside(child, None)

    def inside(self, cursor, caller: str | None) -> None:
        if cursor.kind in self.functions and cursor.is_definition() and self.path_of(cursor):
            self.define(cursor)
            caller = cursor.spelling
        for callee in self.callees(cursor):
            self.mention(cursor, caller, callee)
        for child in cursor.get_children():
            self.inside(child, caller)

    def define(self, cursor) -> None:
        extent = cursor.extent
        self.found.functions[usr_of(cursor)] = function(
            cursor.spelling, self.path_of(cursor), cursor.location.line, extent.end.line - extent.start.line + 1
        )

    def callees(self, cursor):
        """The functions that a node names itself."""
        from clang.cindex import conf

        if cursor.kind == self.overloads:
            # The compiler chooses when the template is used; any of them may be meant.
            for i in range(conf.lib.clang_getNumOverloadedDecls(cursor)):
                yield conf.lib.clang_getOverloadedDecl(cursor, i)
            return
        # A declaration refers to itself.
        if cursor.kind.is_declaration():
            return
        target = cursor.referenced
        if target is not None and target.kind in self.functions:
            yield target

    def mention(self, cursor, caller: str | None, callee) -> None:
        callee = template_of(callee)
        # Only a function that a file of the lifecycle declares can be defined in one.
        if self.path_of(callee) is None or self.path_of(cursor) is None:
            return
        place = self.path_of(cursor), cursor.location.line
        self.found.mentions.add((*place, caller or "(at namespace scope)", usr_of(callee)))


def template_of(cursor):
    """The template or member of a template that an instance was made of."""
    from clang.cindex import conf

    general = conf.lib.clang_getSpecializedCursorTemplate(cursor)
    return general if general is not None and general.kind.is_declaration() else cursor


def usr_of(cursor) -> str:
    """Names a function in the whole program. In an unnamed namespace clang puts the name of the file before it, and two
    folders can have files of the same name."""
    usr = cursor.get_usr()
    if "@aN" in usr or cursor.storage_class.name == "STATIC":
        return f"{os.path.realpath(cursor.location.file.name)} {usr}"
    return usr


def read_all(root: Path, build: Path, jobs: int) -> reading:
    flags = compile_flags(root, build)
    # A source that was added after the last configure is compiled like its neighbours.
    neighbour = next((x for name, x in sorted(flags.items()) if name.startswith(FLOORS[0])), [])
    whole = reading()
    with ProcessPoolExecutor(jobs) as pool:
        sources = sources_of(root)
        results = pool.map(read_unit, *zip(*((str(root), x, flags.get(x, neighbour)) for x in sources)))
        for x in results:
            whole.functions |= x.functions
            whole.mentions |= x.mentions
            whole.errors += x.errors
    return whole


# -- judging ------------------------------------------------------------------------------------------------


def file_of(path: str) -> str:
    return os.path.splitext(path)[0]


def floor_of(path: str) -> int:
    folder = os.path.dirname(path)
    return FLOORS.index(folder) if folder in FLOORS else -1


def short(file: str) -> str:
    return os.path.relpath(file, FLOORS[0])


def calls_between_files(x: reading) -> list:
    """(path, line, caller, callee) of each mention whose function another file defines, in order."""
    calls = set()
    for path, line, caller, usr in x.mentions:
        callee = x.functions.get(usr)
        if callee and file_of(callee.path) != file_of(path):
            calls.add((path, line, caller, callee.name, callee.path))
    return sorted(calls)


def circles(graph: dict) -> list:
    """Strongly connected sets of more than one file (Tarjan)."""
    order, low, stack, found = {}, {}, [], []

    def visit(file):
        order[file] = low[file] = len(order)
        stack.append(file)
        for other in sorted(graph.get(file, ())):
            if other not in order:
                visit(other)
                low[file] = min(low[file], low[other])
            elif other in stack:
                low[file] = min(low[file], order[other])
        if low[file] == order[file]:
            members = stack[stack.index(file) :]
            del stack[stack.index(file) :]
            if len(members) > 1:
                found.append(sorted(members))

    for file in sorted(graph):
        if file not in order:
            visit(file)
    return found


def shortest_circle(graph: dict, members: list) -> list:
    """The shortest way from any member back to itself."""
    best = None
    for start in members:
        ways = [[start]]
        seen = set()
        while ways:
            way = ways.pop(0)
            for other in sorted(graph.get(way[-1], ())):
                if other == start and (best is None or len(way) + 1 < len(best)):
                    best = way + [start]
                    ways = []
                    break
                if other in members and other not in seen:
                    seen.add(other)
                    ways.append(way + [other])
    return best


def print_table(x: reading, graph: dict) -> None:
    files = defaultdict(list)
    for f in x.functions.values():
        files[file_of(f.path)].append(f)
    print(f"{'file':32} {'functions':>9} {'lines of the longest':>21}  calls")
    for file in sorted(files, key=lambda r: (floor_of(r), r)):
        longest = max(files[file], key=lambda f: (f.lines, f.name))
        whom = ", ".join(short(other) for other in sorted(graph.get(file, ()), key=lambda r: (floor_of(r), r)))
        print(f"{short(file):32} {len(files[file]):9} {longest.lines:4} {longest.name[:26]:26}  {whom}")
    lengths = [f.lines for f in x.functions.values()]
    print(
        f"{len(files)} files, {len(lengths)} functions of {sum(lengths) / max(len(lengths), 1):.1f} lines on average,"
        f" the longest {max(lengths, default=0)}"
    )


def breaches(x: reading, calls: list, graph: dict) -> list:
    found = [f"clang cannot read {error}" for error in x.errors]
    for file in sorted({file_of(f.path) for f in x.functions.values()}):
        if floor_of(file) < 0:
            found.append(f"{file}: its folder is on no floor")
    for path, line, caller, callee, home in calls:
        if 0 <= floor_of(home) < floor_of(path):
            found.append(f"{path}:{line}: upwards: {caller} calls {callee} of {short(home)}")
    for members in circles(graph):
        found.append(circle_in_words(members, calls, graph))
    return found


def circle_in_words(members: list, calls: list, graph: dict) -> str:
    lines = [f"circle of {len(members)} files: {', '.join(short(file) for file in members)}; the shortest way round:"]
    way = shortest_circle(graph, members)
    for source, target in zip(way, way[1:]):
        examples = [c for c in calls if file_of(c[0]) == source and file_of(c[4]) == target]
        path, line, caller, callee, home = examples[0]
        more = f" (and {len(examples) - 1} more)" if len(examples) > 1 else ""
        lines.append(f"    {path}:{line}: {caller} calls {callee} of {short(home)}{more}")
    return "\n".join(lines)


def check(root: Path, build: Path, jobs: int, all_calls: bool) -> int:
    x = read_all(root, build, jobs)
    calls = calls_between_files(x)
    graph = defaultdict(set)
    for path, _, _, _, home in calls:
        graph[file_of(path)].add(file_of(home))
    print_table(x, graph)
    if all_calls:
        for path, line, caller, callee, home in calls:
            print(f"{path}:{line}: {caller} calls {callee} of {short(home)}")
    found = breaches(x, calls, graph)
    for breach in found:
        print(breach)
    print(f"breaches: {len(found)}" if found else "no circle, no call upwards")
    return 1 if found else 0


def main() -> int:
    try:
        import clang.cindex  # noqa: F401
    except ImportError:
        # Debian's bindings belong to Debian's Python, which need not be the first in the PATH.
        if sys.executable != "/usr/bin/python3" and os.path.exists("/usr/bin/python3"):
            os.execv("/usr/bin/python3", ["/usr/bin/python3", "-B", *sys.argv])
        print("call_graph.py: needs the package python3-clang-19 (make install-test)", file=sys.stderr)
        return 2
    options = argparse.ArgumentParser(description="Checks the calls between the files of flink/lifecycle.")
    options.add_argument("--root", type=Path, default=Path(__file__).parents[2], help="root of the project")
    options.add_argument("--build", type=Path, help="folder of compile_commands.json (default: ROOT/build/release)")
    options.add_argument("--calls", action="store_true", help="print every call between files")
    options.add_argument("--jobs", type=int, default=os.cpu_count(), help="processes at a time")
    given = options.parse_args()
    root = given.root.resolve()
    return check(root, given.build or root / "build/release", given.jobs, given.calls)


if __name__ == "__main__":
    sys.exit(main())
