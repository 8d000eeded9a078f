"""Makes a small tree with a page, breaks it, and expects file_tables.py to report the break."""

import pytest

import file_tables

PAGE = """Words before.

<!-- files: room -->
| file | what it is for |
| --- | --- |
| `alone` | Has no header. |
| `both` | Header of two, over two lines. |
<!-- end -->

Words after.
"""


@pytest.fixture
def tree(tmp_path):
    (tmp_path / "docs").mkdir()
    (tmp_path / "room").mkdir()
    (tmp_path / "test").mkdir()
    (tmp_path / "docs/architecture.md").write_text(PAGE)
    (tmp_path / "room/both.hpp").write_text("// Header of two,\n// over two lines. Not in the table.\n#pragma once\n")
    (tmp_path / "room/both.cpp").write_text('#include "room/both.hpp"\n')
    (tmp_path / "room/alone.cpp").write_text("// Has no header.\nint x;\n")
    (tmp_path / "test/some_test.cpp").write_text("int y;\n")
    return tmp_path


def test_a_page_that_is_up_to_date_has_no_faults(tree):
    assert list(file_tables.faults(tree)) == []


def test_another_first_sentence_makes_the_page_old_until_it_is_written(tree):
    (tree / "room/alone.cpp").write_text("// Another sentence.\n")
    assert any("not up to date" in fault for fault in file_tables.faults(tree))
    page = tree / "docs/architecture.md"
    page.write_text(file_tables.page_with_tables(tree, page.read_text()))
    assert "| `alone` | Another sentence. |" in page.read_text()
    assert page.read_text().startswith("Words before.") and page.read_text().endswith("Words after.\n")
    assert list(file_tables.faults(tree)) == []


def test_a_file_without_a_comment_is_named(tree):
    (tree / "room/new.hpp").write_text("#pragma once\n")
    assert any(fault.startswith("room/new.hpp does not begin") for fault in file_tables.faults(tree))


def test_a_folder_without_a_table_is_named(tree):
    (tree / "other").mkdir()
    (tree / "other/x.hpp").write_text("// Something.\n")
    assert any("no table of other/" in fault for fault in file_tables.faults(tree))


def test_a_table_of_a_folder_that_is_gone_is_named(tree):
    page = tree / "docs/architecture.md"
    page.write_text(page.read_text() + "\n<!-- files: gone -->\n<!-- end -->\n")
    assert any("gone/, which does not exist" in fault for fault in file_tables.faults(tree))


def test_a_sentence_does_not_end_within_a_name(tree):
    (tree / "room/alone.cpp").write_text("// Reads net/transport.hpp, e.g. a header. Then more.\n")
    assert file_tables.first_sentence(tree / "room/alone.cpp") == "Reads net/transport.hpp, e.g. a header."
