"""Writes small sources with includes that they use and do not use, and expects includes.py to tell them apart."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
USED = '#include "flink/room.hpp"\n\nint main() {\n  return room().size() == 0 ? 0 : 1;\n}\n'
HEADER = "#pragma once\n\n#include <vector>\n\nstd::vector<int> room();\n"


@pytest.fixture
def tree(tmp_path):
    """A project with one source and one header."""
    (tmp_path / "flink").mkdir()
    (tmp_path / "build").mkdir()
    for name in (".clang-tidy", ".clang-format"):
        shutil.copy(ROOT / name, tmp_path / name)
    (tmp_path / "flink/room.hpp").write_text(HEADER)
    command = f"clang++-19 -std=c++20 -I{tmp_path} -c {tmp_path}/flink/room.cpp"
    entry = {"directory": str(tmp_path), "file": str(tmp_path / "flink/room.cpp"), "command": command}
    (tmp_path / "build/compile_commands.json").write_text(json.dumps([entry]))
    return tmp_path


def check(tree, *options):
    done = subprocess.run(
        [sys.executable, ROOT / "test/lint/includes.py", "--all", "--root", tree, "--build", tree / "build", *options],
        capture_output=True,
        text=True,
    )
    return done.returncode, done.stdout.splitlines()


def test_a_file_that_uses_its_includes_passes(tree):
    (tree / "flink/room.cpp").write_text(USED)
    assert check(tree) == (0, ["includes: 1 files checked, 0 findings"])


def test_an_unused_include_is_reported_with_its_line(tree):
    (tree / "flink/room.cpp").write_text("#include <map>\n" + USED)
    code, lines = check(tree)
    assert code == 1
    assert lines[0].startswith("flink/room.cpp:1: included header map is not used directly")
    assert lines[1:] == ["includes: 1 files checked, 1 findings"]


def test_fix_removes_an_unused_include_and_nothing_else(tree):
    (tree / "flink/room.cpp").write_text("#include <map>\n" + USED)
    assert check(tree, "--fix")[0] == 0
    assert (tree / "flink/room.cpp").read_text() == USED
    assert check(tree)[0] == 0


def test_a_file_that_does_not_compile_is_a_finding(tree):
    (tree / "flink/room.cpp").write_text(USED + "int broken = ;\n")
    assert check(tree)[0] == 1


def test_a_clean_file_is_checked_again_when_its_header_changes(tree):
    (tree / "flink/room.cpp").write_text(USED)
    assert check(tree)[0] == 0
    (tree / "flink/room.hpp").write_text(HEADER.replace("std::vector<int> room", "int room"))
    assert check(tree)[0] == 1
