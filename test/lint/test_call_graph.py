"""Plants a circle and a call upwards in a small lifecycle, and expects call_graph.py to report exactly them."""

import json
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

import call_graph

PROGRAM = Path(__file__).with_name("call_graph.py")

# A lifecycle without fault: declarations in one header, definitions on three floors.
CLEAN = {
    "pass/pass.hpp": """
        struct pass { int n; void report(); template <class T> void add(T x) { n += x; } };
        void starting(pass&); bool deploy(pass&); void record(pass&);
    """,
    "pass/pass.cpp": """
        #include "flink/lifecycle/pass/pass.hpp"
        void pass::report() { ++n; }
        void record(pass& p) { p.report(); }
    """,
    "steps/deploy.cpp": """
        #include "flink/lifecycle/pass/pass.hpp"
        namespace { void helper(pass& p) { record(p); } }
        bool deploy(pass& p) { [&] { helper(p); }(); return true; }
    """,
    "phases/starting.cpp": """
        #include "flink/lifecycle/pass/pass.hpp"
        namespace { void helper(pass& p) { p.add(1); } }
        void starting(pass& p) { if (deploy(p)) helper(p); }
    """,
    "decide.cpp": """
        #include "flink/lifecycle/pass/pass.hpp"
        constexpr void (*table[])(pass&) = {starting};
        void decide(pass& p) { table[0](p); }
    """,
}


@pytest.fixture
def check(tmp_path):
    """Runs the program on CLEAN with some files replaced; returns its code and its lines."""

    def run(**changes):
        files = CLEAN | {name.replace("__", "/") + ".cpp": text for name, text in changes.items()}
        commands = []
        for name, text in files.items():
            path = tmp_path / "flink/lifecycle" / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
            if name.endswith(".cpp"):
                command = f"clang++-19 -I{tmp_path} -std=c++20 -o x.o -c {path}"
                commands.append({"directory": str(tmp_path), "command": command, "file": str(path)})
        (tmp_path / "build").mkdir(exist_ok=True)
        (tmp_path / "build/compile_commands.json").write_text(json.dumps(commands))
        program = [sys.executable, str(PROGRAM), "--root", str(tmp_path), "--build", str(tmp_path / "build"), "--calls"]
        done = subprocess.run(program, capture_output=True, text=True)
        assert not done.stderr
        return done.returncode, done.stdout.splitlines()

    return run


def test_a_lifecycle_without_fault(check):
    code, lines = check()
    assert code == 0
    assert lines[-1] == "no circle, no call upwards"
    calls = [x.removeprefix("flink/lifecycle/") for x in lines if x.startswith("flink/lifecycle/")]
    assert calls == [
        # A function in a table counts as called.
        "decide.cpp:3: (at namespace scope) calls starting of phases/starting.cpp",
        "phases/starting.cpp:3: helper calls add of pass/pass.hpp",
        "phases/starting.cpp:4: starting calls deploy of steps/deploy.cpp",
        "steps/deploy.cpp:3: helper calls record of pass/pass.cpp",
    ]


def test_functions_are_counted_per_file(check):
    _, lines = check()
    rows = {x.split()[0]: x.split()[1:3] for x in lines}
    assert rows["pass/pass"] == ["3", "1"]
    assert rows["steps/deploy"] == ["2", "1"]


def test_a_call_upwards(check):
    code, lines = check(pass__pass=CLEAN["pass/pass.cpp"] + "void up(pass& p) { deploy(p); }")
    assert code == 1
    assert "flink/lifecycle/pass/pass.cpp:5: upwards: up calls deploy of steps/deploy.cpp" in lines
    # deploy calls record of the same file: a circle too.
    assert any(x.startswith("circle of 2 files: pass/pass, steps/deploy;") for x in lines)
    assert lines[-1] == "breaches: 2"


def test_a_circle_on_one_floor(check):
    header = '#include "flink/lifecycle/pass/pass.hpp"\nvoid one(pass&); void two(pass&); void three(pass&);\n'
    code, lines = check(
        phases__one=header + "void one(pass& p) { two(p); }",
        phases__two=header + "void two(pass& p) { three(p); }",
        phases__three=header + "void three(pass& p) { auto f = &one; f(p); }",
    )
    assert code == 1
    at = lines.index("circle of 3 files: phases/one, phases/three, phases/two; the shortest way round:")
    assert lines[at + 1 : at + 4] == [
        "    flink/lifecycle/phases/one.cpp:3: one calls two of phases/two.cpp",
        "    flink/lifecycle/phases/two.cpp:3: two calls three of phases/three.cpp",
        "    flink/lifecycle/phases/three.cpp:3: three calls one of phases/one.cpp",
    ]
    assert lines[-1] == "breaches: 1"


def test_a_source_that_clang_cannot_read(check):
    code, lines = check(phases__broken="void broken() { unknown(); }")
    assert code == 1
    assert any("clang cannot read flink/lifecycle/phases/broken.cpp" in x for x in lines)


def test_a_folder_without_a_floor(check):
    code, lines = check(extras__more="void more() {}")
    assert code == 1
    assert "flink/lifecycle/extras/more: its folder is on no floor" in lines


def test_the_floors_are_those_of_the_table_of_includes():
    rings = tomllib.loads(PROGRAM.with_name("rings.toml").read_text())["rings"]
    sees = {x["room"]: x["sees"] for x in rings if x["room"].startswith(call_graph.FLOORS[0])}
    assert {room: {x for x in seen if x in sees} for room, seen in sees.items()} == {
        floor: set(call_graph.FLOORS[i + 1 :]) for i, floor in enumerate(call_graph.FLOORS)
    }
