#include "test/kit/lifecycle.hpp"

#include "flink/admission/decode.hpp"

#include <boost/mp11/algorithm.hpp>

#include <algorithm>
#include <sstream>
#include <stdexcept>
#include <string_view>

namespace flink::lifecycle {

namespace {

constexpr std::string_view whatever = "…";

// -- reading --------------------------------------------------------------------------------------------------------

/// Names of all phases.
words all_phases() {
  words out;
  boost::mp11::mp_for_each<boost::describe::describe_enumerators<phase>>([&](auto x) { out.insert(x.name); });
  return out;
}

std::string name_of(phase x) {
  return x == phase::New ? "New" : phase_text(x);
}

std::string trimmed(const std::string& x) {
  auto begin = x.find_first_not_of(' ');
  return begin == x.npos ? "" : x.substr(begin, x.find_last_not_of(' ') - begin + 1);
}

[[noreturn]] void reject(int line, const std::string& why) {
  throw std::runtime_error{"line " + std::to_string(line) + ": " + why};
}

std::vector<std::string> cells_of(const std::string& line) {
  std::vector<std::string> out;
  std::istringstream in{line.substr(1)};
  for (std::string cell; std::getline(in, cell, '|');)
    out.push_back(trimmed(cell));
  return out;
}

/// What stands between backticks; everything else in a cell is for people only.
words quoted(const std::string& cell, int line) {
  words out;
  for (std::size_t begin = cell.find('`'); begin != cell.npos; begin = cell.find('`', begin)) {
    auto end = cell.find('`', begin + 1);
    if (end == cell.npos)
      reject(line, "a backtick has no partner");
    if (!out.insert(cell.substr(begin + 1, end - begin - 1)).second)
      reject(line, "a word stands twice in one cell");
    begin = end + 1;
  }
  return out;
}

place place_of(const std::string& cell, int line) {
  if (cell.starts_with(whatever))
    return {.phases = {}, .anywhere = true};
  auto known = all_phases();
  auto phases = cell == "any" ? known : quoted(cell, line);
  if (phases.empty())
    reject(line, "no phase");
  for (auto& x : phases)
    if (!known.contains(x))
      reject(line, "no phase has the name " + x);
  return {.phases = phases};
}

change change_of(const std::vector<std::string>& cells, int line) {
  change x{.line = line, .from = place_of(cells[0], line), .when = quoted(cells[1], line)};
  if (x.when.empty() || x.when.contains(std::string{whatever}))
    reject(line, "no sentence");
  if (cells[2] != "stays") {
    auto next = place_of(cells[2], line).phases;
    if (next.size() != 1)
      reject(line, "not one next phase");
    x.to = *next.begin();
  }
  if (cells[3] != whatever)
    x.orders = quoted(cells[3], line);
  x.told = quoted(cells[4], line);
  if (!x.orders && !x.told.empty())
    reject(line, "what is told beside … is not looked at");
  return x;
}

stay stay_of(const std::vector<std::string>& cells, int line) {
  return {.line = line,
          .in = place_of(cells[0], line),
          .orders = quoted(cells[1], line),
          .events = quoted(cells[2], line),
          .waits = quoted(cells[3], line)};
}

/// An arrow of the picture, "A --> B" or "A --> B : words". An arrow from or to the outside does not change a phase.
void read_arrow(document& x, const std::string& text, int line) {
  std::istringstream in{text};
  std::string from, arrow, to;
  in >> from >> arrow >> to;
  if (arrow != "-->" || from == "[*]" || to == "[*]")
    return;
  auto known = all_phases();
  if (!known.contains(from) || !known.contains(to))
    reject(line, "an arrow between no phases");
  x.arrows.emplace(from, to);
}

void read_row(document& x, const std::vector<std::string>& header, const std::vector<std::string>& cells, int line) {
  static const std::vector<std::string> changes{"phase", "when", "next phase", "commands", "events and reasons"};
  static const std::vector<std::string> stays{"phase", "commands", "events", "waits for"};
  if (header != changes && header != stays)
    return;
  if (cells.size() != header.size())
    reject(line, "not as many cells as the header has");
  if (header == changes)
    x.changes.push_back(change_of(cells, line));
  else
    x.stays.push_back(stay_of(cells, line));
}

// -- comparing ------------------------------------------------------------------------------------------------------

/// Does `text` read as `pattern`, where … stands for any text?
bool reads_as(std::string_view text, std::string_view pattern) {
  auto hole = pattern.find(whatever);
  if (hole == pattern.npos)
    return text == pattern;
  if (!text.starts_with(pattern.substr(0, hole)))
    return false;
  text.remove_prefix(hole);
  pattern.remove_prefix(hole + whatever.size());
  for (std::size_t skipped = 0; skipped <= text.size(); ++skipped)
    if (reads_as(text.substr(skipped), pattern))
      return true;
  return false;
}

words orders_of(const decision& x) {
  words out;
  for (auto& y : x.actions)
    if (!std::holds_alternative<record_event>(y) && effect_of(y) == action_effect::command)
      out.insert(to_string(y));
  return out;
}

words events_of(const decision& x) {
  words out;
  for (auto& y : x.actions)
    if (auto* e = std::get_if<record_event>(&y))
      out.insert(e->reason);
  return out;
}

std::string ready_reason(const status& x) {
  auto ready = std::ranges::find(x.conditions, "Ready", &k8s::condition::type);
  return ready == x.conditions.end() ? std::string{} : ready->reason;
}

std::string claim(int line, const std::string& what) {
  return "line " + std::to_string(line) + ": " + what;
}

/// What of a place is counted: each of its phases.
words places_of(const place& x) {
  return x.anywhere ? words{std::string{whatever}} : x.phases;
}

std::string in(const place& where, const std::string& phase) {
  return where.anywhere ? std::string{whatever} : phase;
}

/// The entry of `known` that an order begins with.
const std::string* order_in(const words& known, const std::string& order) {
  auto i = std::ranges::find_if(known, [&](auto& x) { return order == x || order.starts_with(x + ' '); });
  return i == known.end() ? nullptr : &*i;
}

const std::string* reason_in(const words& known, const std::string& reason) {
  auto i = known.find(reason);
  return i == known.end() ? nullptr : &*i;
}

} // namespace

document read(const std::string& markdown) {
  document x;
  std::istringstream in{markdown};
  std::vector<std::string> header;
  bool picture = false;
  int line = 0;
  for (std::string text; std::getline(in, text);) {
    ++line;
    if (text.starts_with("```"))
      picture = text == "```mermaid";
    else if (picture)
      read_arrow(x, text, line);
    else if (!text.starts_with("|"))
      header.clear();
    else if (header.empty())
      header = cells_of(text);
    else if (!text.starts_with("| ---"))
      read_row(x, header, cells_of(text), line);
  }
  if (x.changes.empty() || x.stays.empty() || x.arrows.empty())
    reject(line, "a table or the picture is missing");
  return x;
}

std::vector<std::string> flaws_of_picture(const document& x) {
  std::vector<std::string> out;
  words drawn;
  for (auto& [from, to] : x.arrows) {
    drawn.insert({from, to});
    auto told = [&](auto& row) { return row.to == to && row.from.holds(from); };
    if (std::ranges::none_of(x.changes, told))
      out.push_back("the picture has an arrow that no row tells: " + from + " --> " + to);
  }
  for (auto& row : x.changes)
    if (row.to && row.from.phases.size() == 1 && !x.arrows.contains({*row.from.phases.begin(), *row.to}))
      out.push_back(claim(row.line, "the picture lacks " + *row.from.phases.begin() + " --> " + *row.to));
  for (auto& name : all_phases())
    if (!drawn.contains(name))
      out.push_back("the picture lacks " + name);
  return out;
}

coverage::coverage(document x) : document_{std::move(x)} {
  auto add = [&](int line, const place& where, std::initializer_list<std::pair<const char*, const words*>> all) {
    for (auto& phase : places_of(where))
      claims_[claim(line, "phase " + phase)] = false;
    for (auto& [kind, list] : all)
      for (auto& word : *list)
        claims_[claim(line, kind + word)] = false;
  };
  static const words none;
  for (auto& row : document_.changes)
    add(row.line, row.from,
        {{"when ", &row.when}, {"ordered ", row.orders ? &*row.orders : &none}, {"told ", &row.told}});
  for (auto& row : document_.stays)
    add(row.line, row.in, {{"ordered ", &row.orders}, {"event ", &row.events}, {"waits for ", &row.waits}});
}

void coverage::take(const status& before, const decision& made) {
  auto from = name_of(phase_of(before)), to = name_of(phase_of(made.next));
  take_waiting(to, made);
  // A status that changes without a reason of its own is one that waits.
  if (from == to && (made.reason.empty() || made.reason == made.waiting.message))
    take_stay(to, made);
  else
    take_change(from, to, made);
}

void coverage::take_waiting(const std::string& at, const decision& made) {
  if (!made.waiting.reason.empty())
    take_within(at, &stay::waits, made.waiting.reason, "waits for ");
}

void coverage::take_stay(const std::string& at, const decision& made) {
  for (auto& x : orders_of(made))
    take_within(at, &stay::orders, x, "ordered ");
  for (auto& x : events_of(made))
    take_within(at, &stay::events, x, "event ");
}

void coverage::take_within(const std::string& at, words stay::* what, const std::string& word, const char* kind) {
  bool told = false;
  for (auto& row : document_.stays) {
    auto* known = what == &stay::orders ? order_in(row.*what, word) : reason_in(row.*what, word);
    if (!known || !row.in.holds(at))
      continue;
    claims_[claim(row.line, "phase " + in(row.in, at))] = true;
    claims_[claim(row.line, kind + *known)] = true;
    told = true;
  }
  if (!told)
    unknown_.insert("in " + at + " nothing tells: " + kind + word);
}

void coverage::take_told(const change& row, const std::string& to, const decision& made) {
  auto told = events_of(made);
  auto ready = ready_reason(made.next);
  if (row.to && ready != to && ready != made.waiting.reason)
    told.insert(ready);
  for (auto& x : told)
    if (row.told.contains(x))
      claims_[claim(row.line, "told " + x)] = true;
    else
      unknown_.insert(claim(row.line, "does not tell: " + x));
}

void coverage::take_change(const std::string& from, const std::string& to, const decision& made) {
  const change* found = nullptr;
  for (auto& row : document_.changes) {
    auto when = std::ranges::find_if(row.when, [&](auto& x) { return reads_as(made.reason, x); });
    if (!row.from.holds(from) || row.to.value_or(from) != to || when == row.when.end())
      continue;
    if (found)
      unknown_.insert(claim(row.line, "says the same as line " + std::to_string(found->line)));
    found = &row;
    claims_[claim(row.line, "phase " + in(row.from, from))] = true;
    claims_[claim(row.line, "when " + *when)] = true;
  }
  if (!found) {
    unknown_.insert("no row: " + from + " -> " + to + ": " + made.reason);
    return;
  }
  if (!found->orders)
    return take_stay(to, made);
  for (auto& x : orders_of(made))
    if (auto* known = order_in(*found->orders, x))
      claims_[claim(found->line, "ordered " + *known)] = true;
    else
      unknown_.insert(claim(found->line, "is not told to order: " + x));
  take_told(*found, to, made);
}

words coverage::unseen() const {
  words out;
  for (auto& [what, seen] : claims_)
    if (!seen)
      out.insert(what);
  return out;
}

} // namespace flink::lifecycle
