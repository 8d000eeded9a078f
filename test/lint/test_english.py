"""What english.py finds, and what it lets pass."""

import pytest

import english


def found_in(path, source):
    texts = {
        "cpp": lambda: english.texts_of_cpp(path, source, not path.startswith("test/")),
        "md": lambda: english.texts_of_markdown(path, source),
        "yaml": lambda: english.texts_of_yaml(path, source),
    }[path.rsplit(".", 1)[1]]()
    return [(x.line, x.pattern.name, x.sentence) for t in texts for x in english.search(t)]


def patterns_in(sentence):
    return [name for _, name, _ in found_in("a.md", sentence)]


@pytest.mark.parametrize(
    "name, sentence",
    [
        ("is no", "spec.podTemplate is no object: write it as in a Pod"),
        ("tell", "The status tells which cluster serves."),
        ("tell", "What was deleted is told once."),
        ("say", "The condition says why."),
        ("say", "As the spec says, the job is suspended."),
        ("is to", "The job is to be stopped first."),
        ("is to", "Set once we are to end."),
        ("for want of", "It was refused for want of a right."),
        ("becomes of", "Whatever becomes of the old job, the new one starts."),
        ("becomes of", "Shows what became of the savepoint."),
    ],
)
def test_a_pattern_is_found(name, sentence):
    assert patterns_in(sentence) == [name]


@pytest.mark.parametrize(
    "sentence",
    [
        "There is no cluster.",
        "What there was to restore is gone.",
        "Pods that are no more than a record.",
        "The cluster is no longer needed.",
        "The operator cannot tell whether the job runs.",
        "Labels tell clusters apart.",
        "The label that tells objects of two versions apart.",
        "Ask whoever said so.",
        "Flink's documentation says that it may take long.",
        "The only way out is to restart it.",
        "All you have to do is to wait.",
        "The port is to the left.",
        "The field `told` is checked for `is no object`.",
        "cluster.told and told_ are members.",
        "He told them.",
    ],
)
def test_good_english_passes(sentence):
    assert patterns_in(sentence) == []


def test_literals_are_joined_and_have_the_line_of_the_word():
    source = 'auto x = f("the status " // why\n    "tells" + y, "told");\n'
    assert found_in("flink/a.cpp", source) == [(2, "tell", "the status tells")]


def test_a_comment_over_several_lines_is_one_text():
    source = "/// Stops the job.\n/// The job is\n/// to be stopped.\nvoid stop(); // says why\n"
    assert found_in("flink/a.cpp", source) == [(2, "is to", "The job is to be stopped."), (4, "say", "says why")]


def test_code_is_not_read():
    assert found_in("flink/a.cpp", "#include \"says no\"\nint told = says(1'000) ? 'a' : tell;\n") == []


def test_raw_strings_are_read():
    assert found_in("flink/a.cpp", 'auto x = R"(one\nis no object)";\n') == [(2, "is no", "one is no object")]


def test_strings_of_tests_are_not_read():
    assert found_in("test/a.cpp", 'auto x = "the status tells";\n') == []
    assert found_in("test/a.cpp", "// the status tells\n") != []


def test_code_blocks_of_pages_are_not_read():
    page = "```\nis no object\n```\n\n- one\n- it is no object\n"
    assert found_in("a.md", page) == [(6, "is no", "- it is no object")]


def test_texts_of_charts():
    source = "# Without it\n# all is told.\nspec:\n  description: The name\n    says it.\n  other: 1\n"
    assert [(line, name) for line, name, _ in found_in("charts/a.yaml", source)] == [(2, "tell"), (5, "say")]


def test_allowed_sentences_and_entries_that_fit_nothing():
    allowed = english.allowances("# remark\ndocs/*.md | status tells | a quotation\nREADME.md | x | old\n")
    texts = english.texts_of_markdown("docs/a.md", "The status tells. The spec tells.")
    rest = [x.sentence for t in texts for x in english.search(t) if not allowed.cover(x)]
    assert rest == ["The spec tells."]
    assert allowed.unused() == [("README.md", "x", "old")]
