"""Plants one breach of each kind in a copy of the tree, and expects rings.py to report it."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import rings

ROOT = Path(__file__).parents[2]


@pytest.fixture
def tree(tmp_path):
    for path in rings.files_below(ROOT):
        if path.startswith("test/") and path != "test/threads/world.hpp":
            continue
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / path, tmp_path / path)
    return tmp_path


def rules():
    return rings.table((Path(__file__).with_name("rings.toml")).read_text())


def breaches(root):
    return set(rings.breaches_of(rules(), rings.sources(root)))


def plant(tree, path, text):
    """Adds a line to a file, or makes the file; returns what rings.py reports since."""
    before = breaches(tree)
    (tree / path).parent.mkdir(parents=True, exist_ok=True)
    with (tree / path).open("a") as file:
        file.write(f"\n{text}\n")
    return breaches(tree) - before


def test_an_include_that_the_table_does_not_allow(tree):
    assert plant(tree, "k8s/time.cpp", '#include "flink/resource/spec.hpp"') == {
        "k8s/time.cpp: includes flink/resource/spec.hpp: k8s may not include flink/resource"
    }


def test_the_lifecycle_is_for_actors_alone(tree):
    found = plant(tree, "flink/observation/to_request.cpp", '#include "flink/lifecycle/decide.hpp"')
    assert any("flink/observation may not include flink/lifecycle" in x for x in found)
    assert not plant(tree, "actors/pages.cpp", '#include "flink/lifecycle/decide.hpp"')


def test_actors_see_one_header_of_the_network(tree):
    assert not plant(tree, "actors/pages.cpp", '#include "net/transport.hpp"')
    assert plant(tree, "actors/pages.cpp", '#include "net/origin.hpp"') == {
        "actors/pages.cpp: includes net/origin.hpp: actors may not include net"
    }


def test_nothing_outside_includes_a_test(tree):
    assert plant(tree, "net/pool.cpp", '#  include "test/threads/world.hpp"') == {
        "net/pool.cpp: includes test/threads/world.hpp: net may not include test"
    }


def test_a_folder_without_a_room(tree):
    found = plant(tree, "flink/extras/more.hpp", "#pragma once")
    found |= plant(tree, "flink/render/pod.cpp", '#include "flink/extras/more.hpp"')
    assert found == {
        "flink/extras/more.hpp: its folder is not in the table",
        "flink/render/pod.cpp: includes flink/extras/more.hpp, whose folder is not in the table",
    }


def test_a_header_that_does_not_exist(tree):
    assert plant(tree, "net/pool.cpp", '#include "net/pond.hpp"') == {
        "net/pool.cpp: includes net/pond.hpp, which does not exist"
    }


def test_a_circle_of_headers(tree):
    plant(tree, "net/one.hpp", '#include "net/two.hpp"')
    found = plant(tree, "net/two.hpp", '#include "net/one.hpp"')
    assert found == {"circle of includes: net/one.hpp > net/two.hpp > net/one.hpp"}


def test_a_circle_in_the_table():
    upside_down = 'tests = "test"\nmost_files = 1\ncore = []\nvocabulary = []\napart = []\nbehind = []\n' + (
        'rings = [{ room = "a", sees = ["b"] }, { room = "b", sees = ["a"] }]'
    )
    assert rings.table(upside_down).breaches == ["rings.toml: a sees b, which does not stand above it"]


def test_a_folder_with_too_many_files(tree):
    count = len({rings.stem(x) for x in rings.files_below(tree) if x.startswith("net/")})
    found = set()
    for i in range(count, 21):
        found |= plant(tree, f"net/more{i}.cpp", "")
        # The header of a source does not count.
        found |= plant(tree, f"net/more{i}.hpp", "#pragma once")
    assert found == {"net: holds 21 files, a source with its header counted as one; at most 20"}


def test_a_header_that_everybody_includes(tree):
    # Everybody includes the JSON text already, and through it whatever it includes.
    plant(tree, "k8s/json/everything.hpp", "#pragma once")
    found = plant(tree, "k8s/json/text.hpp", '#include "k8s/json/everything.hpp"')
    assert len(found) == 1
    assert re.fullmatch(r"k8s/json/everything.hpp: \d+ of the \d+ files of the core include it, and .*", found.pop())


def test_caf_and_asio_in_one_translation_unit(tree):
    plant(tree, "actors/sockets.hpp", "#include <boost/asio/io_context.hpp>")
    found = plant(tree, "actors/run.cpp", '#include "actors/sockets.hpp"')
    assert len(found) == 1
    text = found.pop()
    assert text.startswith("actors/run.cpp: the translation unit includes <caf/")
    assert text.endswith("and <boost/asio/io_context.hpp> (in actors/sockets.hpp)")


@pytest.mark.parametrize("header", ["simdjson.h", "boost/json.hpp", "boost/json/value.hpp"])
def test_a_json_library_outside_its_room(tree, header):
    assert plant(tree, "flink/migration/compare.cpp", f"#include <{header}>") == {
        f"flink/migration/compare.cpp: includes <{header}>, which only k8s/json may include in the core"
    }
    assert not plant(tree, "local/model/store.cpp", f"#include <{header}>")


def test_an_exception_that_is_not_needed_any_more(tree):
    needs = rules()
    needs.behind = [{**x, "except": ["flink/resource/names.cpp"]} for x in needs.behind]
    found = rings.check_behind(needs, rings.sources(tree))
    assert any("exception for flink/resource/names.cpp is not needed" in x for x in found)


# -- links of CMake -----------------------------------------------------------------------------------------

TABLE = """
tests = "test"
most_files = 20
core = []
vocabulary = []
apart = []
behind = []
rings = [
  { room = "a", sees = [] },
  { room = "b", sees = ["a"] },
  { room = "c", sees = ["a", "b/one.hpp"] },
]
"""

DOT = """
  "node1" -> "node0"  // lib-b -> lib-a
  "node2" -> "node1" [ style = dotted ] // lib-c -> lib-b
"""

FOLDERS = {"lib-a": {"a"}, "lib-b": {"b"}, "lib-c": {"c"}, "lib-test": {"test"}}


def link_breaches(dot):
    return rings.check_links(rings.table(TABLE), rings.links(FOLDERS, *rings.links_in(dot)))


def test_links_as_the_table_allows():
    assert link_breaches(DOT) == []


def test_a_link_that_the_table_does_not_allow():
    assert link_breaches(DOT + '"node0" -> "node2" [ style = dotted ] // lib-a -> lib-c\n') == [
        "CMake links lib-c to lib-a, and the table does not let a see c"
    ]


def test_a_room_that_cmake_does_not_link():
    assert link_breaches(DOT.replace('-> "node0"  // lib-b -> lib-a', "")) == [
        "the table lets b see a, and CMake does not link it",
        "the table lets c see a, and CMake does not link it",
    ]


def test_what_a_room_links_privately_is_not_seen_by_others():
    assert link_breaches(DOT.replace('"node0"  //', '"node0" [ style = dotted ] //')) == [
        "the table lets c see a, and CMake does not link it"
    ]


# -- the program --------------------------------------------------------------------------------------------


def test_the_program_fails_and_prints_the_rooms(tree):
    plant(tree, "k8s/time.cpp", '#include "actors/operator_actors.hpp"')
    program = [sys.executable, str(Path(__file__).with_name("rings.py")), "--root", str(tree), "--no-links"]
    done = subprocess.run(program, capture_output=True, text=True)
    assert done.returncode == 1
    assert "k8s/time.cpp: includes actors/operator_actors.hpp: k8s may not include actors\n" in done.stdout
    assert re.search(r"^flink/rest +\d+  .*k8s/json", done.stdout, re.MULTILINE)
