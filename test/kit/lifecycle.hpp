// The tables and the picture of docs/lifecycle.md, compared with decide(). That page explains how to read them.
// Usage: take() every decision; afterwards unknown() returns what the document lacks, and unseen() what it contains and
// no decision did. One coverage belongs to one thread.
#pragma once

#include "flink/lifecycle/decide.hpp"

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace flink::lifecycle {

using words = std::set<std::string>;

/// Phases for which a row holds, spelled as in flink::phase.
struct place {
  words phases;
  /// `…`: wherever it comes up; once is enough to have seen it.
  bool anywhere = false;
  bool holds(const std::string& phase) const { return anywhere || phases.contains(phase); }
};

/// A row of the table of changes.
struct change {
  /// Line of the document, from 1.
  int line = 0;
  place from;
  /// Sentences of the log line `decided`, `…` standing for any text.
  words when;
  /// Absent: the phase stays.
  std::optional<std::string> to;
  /// First words of orders. Absent (`…`): those that the phase gives anyway.
  std::optional<words> orders;
  /// Reasons of events, and of the condition Ready where it is neither the phase nor the reason of the wait.
  words told;
};

/// A row of the table of what happens within a phase.
struct stay {
  int line = 0;
  place in;
  words orders;
  words events;
  words waits;
};

struct document {
  std::vector<change> changes;
  std::vector<stay> stays;
  /// Arrows of the picture between two phases.
  std::set<std::pair<std::string, std::string>> arrows;
};

/// Reads the document; throws std::runtime_error with the line that cannot be understood.
document read(const std::string& markdown);

/// Where picture and table differ, in words: an arrow without a row, a row for a single phase without an arrow, a phase
/// that is not in the picture.
std::vector<std::string> flaws_of_picture(const document& x);

class coverage {
public:
  explicit coverage(document x);

  /// Compares one decision with the document. `before` is the status that it was made on.
  void take(const status& before, const decision& made);

  /// What was done and is not in the document, each once, in words.
  const words& unknown() const { return unknown_; }

  /// Everything that the document claims and nobody did.
  words unseen() const;

private:
  void take_change(const std::string& from, const std::string& to, const decision& made);
  void take_stay(const std::string& at, const decision& made);
  void take_waiting(const std::string& at, const decision& made);
  /// Looks for the rows that have a word for what happens in a phase.
  void take_within(const std::string& at, words stay::* what, const std::string& word, const char* kind);
  void take_told(const change& row, const std::string& to, const decision& made);

  document document_;
  /// What is claimed, and whether it was seen.
  std::map<std::string, bool> claims_;
  words unknown_;
};

} // namespace flink::lifecycle
