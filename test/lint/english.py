#!/usr/bin/env python3
"""Finds sentences in patterns that cost a reader a second reading, in the texts that users and programmers read.

    test/lint/english.py [--root DIR] [PATH...]

Reads
  - string literals of C++ with a space in them, outside of test/ (messages, conditions, events, --help);
  - comments of C++ everywhere;
  - README.md, docs/*.md and whatever .md stands at the root, without code blocks;
  - the texts of charts/: comments and values of YAML, the CRD's descriptions, NOTES.txt.
Looks for the patterns below (PATTERNS has each with its remedy):
  - "is no X", where X is not what something is: "must be X", "is not X". "There is no X" and "is no longer" are fine;
  - "tell", "told", "say", "said" where a thing speaks. People, and documents that are read, may say something;
  - "is to do", "are to be done" for a duty: "must", "will". "The way out is to restart" is fine;
  - "for want of", "whatever becomes of", "what became of".
Text in backticks, and words that are joined to others as in code (a.told, told_), do not count.
english_allowed.txt lists the sentences that stay, each with its reason; an entry that fits nothing fails too.
Prints file:line, the pattern and the sentence.
"""

import argparse
import fnmatch
import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

# Files without text.
UNREADABLE = (".png", ".jar")
ALLOWED = Path(__file__).with_name("english_allowed.txt")

# A pattern may not start or end inside of a name of the code.
BEFORE, AFTER = r"(?<![\w.:>`_-])", r"(?![\w(`_]|[.:][\w:])"

PEOPLE = (
    r"(?:you|he|she|they|we|one|I|people|persons?|somebody|someone|anybody|nobody|who|whoever|users?|admins?|authors?"
    r"|readers?)"
)
DOCUMENTS = r"(?:documentation|documents?|docs|manual|pages?|README|comments?|RFC \d+|specification)"
AIMS = (
    r"(?:ways?|way out|remedy|fix|aim|goal|purpose|idea|choice|option|alternative|default|trick|practice|left|do|all"
    r"|cure|hope|intent|intention)"
)


def words(pattern: str) -> re.Pattern:
    return re.compile(BEFORE + "(?:" + pattern + ")" + AFTER, re.IGNORECASE)


# What is looked for, what takes it back (it must end right before or start right at the match), and the remedy.
@dataclass
class pattern:
    name: str
    find: re.Pattern
    unless_before: re.Pattern | None
    unless_at: re.Pattern | None
    remedy: str


def ends_with(text: str) -> re.Pattern:
    return re.compile(r"\b(?:" + text + r")\s+$", re.IGNORECASE)


def starts_with(text: str) -> re.Pattern:
    return re.compile(text, re.IGNORECASE)


PATTERNS = [
    pattern(
        "is no",
        words(r"(?:is|are|was|were) no\s+\w+"),
        ends_with(r"there|where|here"),
        starts_with(
            r"\w+\s+no\s+(?:longer|more|less|later|earlier|older|newer|bigger|smaller|fewer|better|worse|way|one)\b"
        ),
        '"must be", "is not"',
    ),
    pattern(
        "tell",
        words(r"tells?|told|telling|untold"),
        ends_with(r"can|cannot|can't|could|to|" + PEOPLE),
        starts_with(r"\w+\s+(?:(?:\w+\s+){0,5}apart|them|people|" + PEOPLE + r")\b"),
        '"reports", "shows", "states", "knows"',
    ),
    pattern(
        "say",
        words(r"says?|said|saying|unsaid"),
        ends_with(PEOPLE + r"|" + DOCUMENTS),
        starts_with(r"\w+\s+no more than|say,|said to be"),
        '"shows", "contains", "reports", "sets", "means"',
    ),
    pattern(
        "is to",
        words(r"(?:is|are|was|were) (?:not |only |still |also |never )?to (?:be\s+)?[a-z]+"),
        ends_with(AIMS + r"|it|this|that|there|what remains|what helps"),
        starts_with(r"\w+ (?:\w+ )?to (?:the|a|an|its|this|that|their|your|our|say|blame|come)\b"),
        '"must", "will", "should"',
    ),
    pattern("for want of", words(r"for (?:the )?want of"), None, None, '"because there is no"'),
    pattern(
        "becomes of",
        words(r"(?:what|whatever) (?:\w+ )?(?:becomes?|became|has become|will become) of"),
        None,
        None,
        '"what happens to"',
    ),
]

# -- texts --------------------------------------------------------------------------------------------------


@dataclass
class text:
    """One text with the line of each of its characters."""

    path: str
    kind: str
    characters: str
    lines: list


class builder:
    """Joins pieces that follow each other, as adjacent literals and the lines of a comment do."""

    def __init__(self, path: str, kind: str):
        self.path, self.kind, self.characters, self.lines = path, kind, "", []

    def add(self, piece: str, line: int, separator: str = "") -> None:
        piece = (separator if self.characters else "") + piece
        for character in piece:
            self.characters += character
            self.lines.append(line)
            line += character == "\n"

    def done(self) -> text:
        return text(self.path, self.kind, self.characters, self.lines)


TOKEN = re.compile(
    r"""//(?P<comment>[^\n]*)
      | /\*(?P<block>.*?)\*/
      | \#[ \t]*include[^\n]*
      | R"(?P<mark>[^(\s]*)\((?P<raw>.*?)\)(?P=mark)"
      | "(?P<literal>(?:\\.|[^"\\\n])*)"
      | '(?:\\.|[^'\\\n])+'
      | (?P<newline>\n)
      | (?P<space>[ \t]+)
      | (?:\d[\d']*|\w+|.)""",
    re.VERBOSE | re.DOTALL,
)


def texts_of_cpp(path: str, source: str, with_literals: bool) -> list:
    found, line = [], 1
    comment, literal = None, None
    for token in TOKEN.finditer(source):
        piece = token[0]
        if token["comment"] is not None:
            comment = comment or builder(path, "comment")
            comment.add(token["comment"].lstrip("/!<").strip(), line, " ")
        elif token["literal"] is not None or token["raw"] is not None:
            literal = literal or builder(path, "string")
            inside = token["raw"] if token["raw"] is not None else unescaped(token["literal"])
            literal.add(inside, line)
        elif token["block"] is not None:
            found.append(joined(path, "comment", token["block"], line))
        elif token["newline"] is None and token["space"] is None:
            # Code ends a comment. What stands between two literals ends them, but for the joints of a message.
            if comment:
                found.append(comment.done())
                comment = None
            if literal:
                found.append(literal.done())
                literal = None
        elif token["newline"] is not None and comment and re.match(r"[ \t]*\n", source[token.end() :]):
            found.append(comment.done())
            comment = None
        line += piece.count("\n")
    found += [x.done() for x in (comment, literal) if x]
    return [x for x in found if x.kind == "comment" or (with_literals and " " in x.characters.strip())]


def unescaped(literal: str) -> str:
    return re.sub(r"\\(.)", lambda m: {"n": " ", "t": " "}.get(m[1], m[1]), literal)


def joined(path: str, kind: str, content: str, line: int) -> text:
    made = builder(path, kind)
    for i, row in enumerate(content.split("\n")):
        made.add(row.strip(), line + i, " ")
    return made.done()


def texts_of_markdown(path: str, source: str) -> list:
    """Paragraphs, items of lists and cells of tables; code blocks are left out."""
    found, paragraph, in_code = [], None, False
    for number, row in enumerate(source.split("\n"), 1):
        if row.lstrip().startswith("```"):
            in_code = not in_code
        ends = in_code or not row.strip() or re.match(r"\s*(?:[-*+|#>]|\d+\.|```)", row)
        if ends and paragraph:
            found.append(paragraph.done())
            paragraph = None
        if in_code or not row.strip() or row.lstrip().startswith("```"):
            continue
        for cell in row.split(" | ") if row.lstrip().startswith("|") else [row]:
            if row.lstrip().startswith("|"):
                found.append(joined(path, "page", cell, number))
            else:
                paragraph = paragraph or builder(path, "page")
                paragraph.add(row.strip(), number, " ")
    if paragraph:
        found.append(paragraph.done())
    return found


def texts_of_yaml(path: str, source: str) -> list:
    """Comments of consecutive lines, and values; a value that goes on in deeper lines is one text."""
    found, comment, value, depth = [], None, None, 0
    for number, row in enumerate(source.split("\n"), 1):
        stripped, indent = row.strip(), len(row) - len(row.lstrip())
        remark = re.match(r"\s*#+\s?(.*)", row)
        if remark:
            comment = comment or builder(path, "chart")
            comment.add(remark[1].strip(), number, " ")
            continue
        if comment:
            found.append(comment.done())
            comment = None
        if value and stripped and indent > depth and not re.match(r"\s*(?:- )?[\w.-]+:(?:\s|$)", row):
            value.add(stripped, number, " ")
            continue
        if value:
            found.append(value.done())
            value = None
        key = re.match(r"\s*(?:- )?[\w.\"/-]+:\s+(.*)", row)
        if key:
            content, _, remark = key[1].partition(" # ")
            value, depth = builder(path, "chart"), indent
            value.add("" if content.strip() in ("|", ">", "|-", ">-") else content.strip().strip("\"'"), number)
            if remark:
                found.append(joined(path, "chart", remark, number))
    return found + [x.done() for x in (comment, value) if x]


def texts_of(root: Path, path: str) -> list:
    if path.endswith(UNREADABLE):
        return []
    source = (root / path).read_text()
    if path.endswith((".cpp", ".hpp")):
        return texts_of_cpp(path, source, not path.startswith("test/"))
    if path.endswith(".md"):
        return texts_of_markdown(path, source)
    if path.startswith("charts/") and path.endswith((".yaml", ".yml", ".tpl")):
        return texts_of_yaml(path, source)
    if path.startswith("charts/") and path.endswith(".txt"):
        return texts_of_markdown(path, source)
    return []


# -- search -------------------------------------------------------------------------------------------------


@dataclass
class finding:
    path: str
    line: int
    kind: str
    pattern: pattern
    sentence: str

    def __str__(self):
        place = f"{self.path}:{self.line}: {self.kind}"
        return f'{place}: "{self.pattern.name}" (better: {self.pattern.remedy}): {self.sentence}'


def without_code(characters: str) -> str:
    """Blanks what stands in backticks; places stay the same."""
    return re.sub(r"`[^`]*`", lambda m: "`" * len(m[0]), characters)


def search(x: text) -> list:
    characters = without_code(x.characters)
    found = []
    for wanted in PATTERNS:
        for match in wanted.find.finditer(characters):
            if wanted.unless_before and wanted.unless_before.search(characters[: match.start()]):
                continue
            if wanted.unless_at and wanted.unless_at.match(characters[match.start() :]):
                continue
            found.append(
                finding(x.path, x.lines[match.start()], x.kind, wanted, sentence_around(x.characters, match.start()))
            )
    return found


def sentence_around(characters: str, place: int) -> str:
    start = max((m.end() for m in re.finditer(r"[.!?:;]\s+", characters[:place])), default=0)
    end = re.search(r"[.!?;](?:\s|$)", characters[place:])
    sentence = characters[start : place + end.end() if end else len(characters)]
    return " ".join(sentence.split())


class allowances:
    """english_allowed.txt: PATH | PART OF THE SENTENCE | REASON."""

    def __init__(self, content: str):
        self.entries, self.used = [], set()
        for row in content.splitlines():
            if row.strip() and not row.startswith("#"):
                path, part, reason = (x.strip() for x in row.split(" | ", 2))
                self.entries.append((path, part, reason))

    def cover(self, x: finding) -> bool:
        fitting = {e for e in self.entries if fnmatch.fnmatch(x.path, e[0]) and e[1] in x.sentence}
        self.used |= fitting
        return bool(fitting)

    def unused(self) -> list:
        return [e for e in self.entries if e not in self.used]


def files_of(root: Path) -> list:
    command = ["git", "-C", str(root), "ls-files", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(command, capture_output=True, text=True, check=True).stdout.split("\n")
    return sorted(x for x in set(listed) if x and (root / x).is_file())


def main() -> int:
    options = argparse.ArgumentParser(description="Finds sentences in patterns that are hard to read.")
    options.add_argument("--root", type=Path, default=Path(__file__).parents[2], help="root of the project")
    options.add_argument("paths", nargs="*", metavar="PATH", help="only files whose path starts so")
    given = options.parse_args()
    allowed = allowances(ALLOWED.read_text())
    count = 0
    for path in files_of(given.root):
        if given.paths and not path.startswith(tuple(given.paths)):
            continue
        found = [f for x in texts_of(given.root, path) for f in search(x)]
        for x in sorted(found, key=lambda f: f.line):
            if not allowed.cover(x):
                count += 1
                print(x)
    if not given.paths:
        for path, part, _ in allowed.unused():
            count += 1
            print(f"english_allowed.txt: nothing fits the entry: {path} | {part}")
    print(f"English: {count} findings" if count else "English: nothing found")
    return 1 if count else 0


if __name__ == "__main__":
    sys.exit(main())
