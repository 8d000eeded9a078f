#include "local/model/kinds/names.hpp"

#include <algorithm>
#include <array>
#include <charconv>

namespace local::model {

namespace {

constexpr std::size_t longest_label = 63;
constexpr std::size_t longest_subdomain = 253;
constexpr std::size_t most_annotation_bytes = 256 * 1024;

bool is_lower(char c) {
  return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
}

bool is_alphanumeric(char c) {
  return is_lower(c) || (c >= 'A' && c <= 'Z');
}

bool is_label_part(std::string_view x) {
  return x.size() <= longest_label && !x.empty() && is_alphanumeric(x.front()) && is_alphanumeric(x.back())
      && std::all_of(x.begin(), x.end(), [](char c) { return is_alphanumeric(c) || c == '-' || c == '_' || c == '.'; });
}

constexpr auto label_value_rule = "a valid label must be an empty string or consist of alphanumeric characters, '-', "
                                  "'_' or '.', and must start and "
                                  "end with an alphanumeric character, at most 63 characters long";
constexpr auto name_part_rule
    = "name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric "
      "character (e.g. 'MyName',  or 'my.name',  or '123-abc')";

void check_labels(const json::value& object, std::vector<cause>& causes) {
  auto* labels = object_at(object, "metadata.labels");
  if (!labels)
    return;
  for (auto& label : *labels) {
    if (!is_qualified_name(label.key()))
      causes.push_back(invalid_value("metadata.labels", json::string{label.key()}, name_part_rule));
    if (!label.value().is_string() || !is_label_value(label.value().get_string()))
      causes.push_back(invalid_value("metadata.labels", label.value(), label_value_rule));
  }
}

void check_annotations(const json::value& object, std::vector<cause>& causes) {
  auto* annotations = object_at(object, "metadata.annotations");
  if (!annotations)
    return;
  std::size_t bytes = 0;
  for (auto& x : *annotations) {
    if (!is_qualified_name(x.key()))
      causes.push_back(invalid_value("metadata.annotations", json::string{x.key()}, name_part_rule));
    bytes += x.key().size() + to_text(x.value()).size();
  }
  if (bytes > most_annotation_bytes)
    causes.push_back(too_long("metadata.annotations", most_annotation_bytes));
}

void check_owners(const json::value& object, std::vector<cause>& causes) {
  auto* owners = array_at(object, "metadata.ownerReferences");
  std::size_t controllers = 0;
  for (std::size_t i = 0; owners && i < owners->size(); ++i)
    controllers += true_at((*owners)[i], "controller");
  if (controllers > 1)
    causes.push_back(
        invalid_value("metadata.ownerReferences", *owners, "Only one reference can have Controller set to true"));
  for (std::size_t i = 0; owners && i < owners->size(); ++i)
    for (auto* member : {"apiVersion", "kind", "name", "uid"})
      if (text_at((*owners)[i], member).empty())
        causes.push_back(invalid_value("metadata.ownerReferences[" + std::to_string(i) + "]." + member, json::string{},
                                       "must not be empty"));
}

} // namespace

bool is_dns_label(std::string_view x) {
  return !x.empty() && x.size() <= longest_label && is_lower(x.front()) && is_lower(x.back())
      && std::all_of(x.begin(), x.end(), [](char c) { return is_lower(c) || c == '-'; });
}

bool is_dns_subdomain(std::string_view x) {
  if (x.size() > longest_subdomain)
    return false;
  while (true) {
    auto dot = x.find('.');
    auto label = x.substr(0, dot);
    // Inside a subdomain a single part may be longer than a label of its own.
    auto good = !label.empty() && is_lower(label.front()) && is_lower(label.back())
             && std::all_of(label.begin(), label.end(), [](char c) { return is_lower(c) || c == '-'; });
    if (!good || dot == std::string_view::npos)
      return good;
    x.remove_prefix(dot + 1);
  }
}

bool is_label_value(std::string_view x) {
  return x.empty() || is_label_part(x);
}

bool is_qualified_name(std::string_view x) {
  auto slash = x.find('/');
  if (slash == std::string_view::npos)
    return is_label_part(x);
  auto prefix = x.substr(0, slash);
  std::string lower{prefix};
  std::transform(lower.begin(), lower.end(), lower.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
  return is_dns_subdomain(lower) && is_label_part(x.substr(slash + 1));
}

std::optional<double> parse_quantity(const json::value& x) {
  if (x.is_number())
    return x.to_number<double>();
  if (!x.is_string() || x.get_string().empty())
    return std::nullopt;
  struct unit {
    std::string_view suffix;
    double factor;
  };
  constexpr double kibi = 1024;
  static constexpr std::array units{unit{"Ki", kibi},
                                    unit{"Mi", kibi * kibi},
                                    unit{"Gi", kibi * kibi * kibi},
                                    unit{"Ti", kibi * kibi * kibi * kibi},
                                    unit{"Pi", kibi * kibi * kibi * kibi * kibi},
                                    unit{"Ei", kibi * kibi * kibi * kibi * kibi * kibi},
                                    unit{"n", 1e-9},
                                    unit{"u", 1e-6},
                                    unit{"m", 1e-3},
                                    unit{"k", 1e3},
                                    unit{"M", 1e6},
                                    unit{"G", 1e9},
                                    unit{"T", 1e12},
                                    unit{"P", 1e15},
                                    unit{"E", 1e18}};
  std::string_view text{x.get_string().data(), x.get_string().size()};
  double factor = 1;
  for (auto& y : units)
    if (text.ends_with(y.suffix)) {
      factor = y.factor;
      text.remove_suffix(y.suffix.size());
      break;
    }
  if (text.starts_with('+'))
    text.remove_prefix(1);
  double number = 0;
  auto plain = text.find_first_not_of("0123456789.-eE+") == std::string_view::npos;
  auto [rest, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (!plain || error != std::errc{} || rest != text.data() + text.size())
    return std::nullopt;
  return number * factor;
}

std::vector<cause> check_metadata(const json::value& object) {
  std::vector<cause> causes;
  check_labels(object, causes);
  check_annotations(object, causes);
  check_owners(object, causes);
  if (auto* finalizers = array_at(object, "metadata.finalizers"))
    for (auto& x : *finalizers)
      if (!x.is_string() || !is_qualified_name(x.get_string()))
        causes.push_back(invalid_value("metadata.finalizers", x, name_part_rule));
  return causes;
}

} // namespace local::model
