// One definition per resource: BOOST_DESCRIBE_STRUCT names each member once, `parse` and `write` do
// the rest. Reading is lenient by member: each mistake is a complaint with the full path of the
// field, everything else is read. Includes no JSON library, so that it is cheap to include; the
// first `parse<T>` of a large T costs compile time, so give it one home.
//
// Wire names are camelCase of the member's name (`task_slots` is "taskSlots"), a trailing underscore
// is dropped. Exceptions are told by an overload beside the struct, found by its namespace:
//   constexpr std::string_view wire_name(const job_status*, std::string_view member) {
//     return member == "job_id" ? "jobID" : "";
//   }
#pragma once

#include "k8s/json/text.hpp"

#include <boost/describe.hpp>
#include <boost/mp11/algorithm.hpp>
#include <boost/mp11/list.hpp>
#include <boost/pfr/tuple_size.hpp>

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace json {

/// A part that is passed through as compact JSON text and judged by the API server.
struct raw {
  std::string text;
  bool operator==(const raw&) const = default;
};

/// A mistake in a text that was to be read.
struct complaint {
  /// Where, e.g. "spec.taskManagerConfig.taskSlots"; empty for the text as a whole.
  std::string field;
  /// What, e.g. "expected a 32-bit integer, got \"two\"".
  std::string problem;
  bool operator==(const complaint&) const = default;
};

/// Returns "field: problem".
std::string to_string(const complaint& x);

// -- how values are read and written ----------------------------------------------------------------

/// Where a value stands: a chain up to the root that is spelled out only for a complaint.
struct place {
  const place* parent = nullptr;
  std::string_view key;
  /// Position in a list; unused for members.
  std::size_t index = 0;
};

/// Collects what is wrong while values are read.
class reader {
public:
  explicit reader(std::vector<complaint>& out) : out_{out} {}

  /// Notes that `expected` was not found; returns false for the caller's convenience.
  bool complain(const place& where, std::string_view expected, cursor got);

private:
  std::vector<complaint>& out_;
};

/// Turns values of type T into text and back: `read` returns whether `x` is usable, `absent` whether
/// a member of this value is not written at all.
template <class T>
struct codec;

/// The part of a codec that is alike for all types that are always written.
struct always_written {
  template <class T>
  static bool absent(const T&) {
    return false;
  }
};

template <>
struct codec<std::string> : always_written {
  static bool read(reader& r, const place& where, cursor c, std::string& x);
  static void write(std::string& out, const std::string& x);
};

template <>
struct codec<bool> : always_written {
  static bool read(reader& r, const place& where, cursor c, bool& x);
  static void write(std::string& out, bool x);
};

template <>
struct codec<double> : always_written {
  static bool read(reader& r, const place& where, cursor c, double& x);
  static void write(std::string& out, double x);
};

template <>
struct codec<int64_t> : always_written {
  static bool read(reader& r, const place& where, cursor c, int64_t& x);
  static void write(std::string& out, int64_t x);
};

template <>
struct codec<int32_t> : always_written {
  static bool read(reader& r, const place& where, cursor c, int32_t& x);
  static void write(std::string& out, int32_t x);
};

template <>
struct codec<raw> {
  static bool read(reader& r, const place& where, cursor c, raw& x);
  static void write(std::string& out, const raw& x);
  static bool absent(const raw& x) { return x.text.empty(); }
};

template <>
struct codec<std::variant<std::string, double, bool>> : always_written {
  using value = std::variant<std::string, double, bool>;
  static bool read(reader& r, const place& where, cursor c, value& x);
  static void write(std::string& out, const value& x);
};

template <class T>
struct codec<std::optional<T>> {
  static bool read(reader& r, const place& where, cursor c, std::optional<T>& x) {
    if (!codec<T>::read(r, where, c, x.emplace()))
      x.reset();
    return x.has_value();
  }
  static void write(std::string& out, const std::optional<T>& x) {
    if (x)
      codec<T>::write(out, *x);
    else
      out += "null";
  }
  static bool absent(const std::optional<T>& x) { return !x; }
};

template <class T>
struct codec<std::vector<T>> {
  static bool read(reader& r, const place& where, cursor c, std::vector<T>& x) {
    x.clear();
    if (c.kind() != kind::list)
      return r.complain(where, "a list", c);
    elements all{c};
    for (std::size_t i = 0; auto element = all.next(); ++i) {
      T value{};
      if (!element->is_null() && codec<T>::read(r, {&where, {}, i}, *element, value))
        x.push_back(std::move(value));
    }
    return true;
  }
  static void write(std::string& out, const std::vector<T>& x) {
    out += '[';
    for (std::size_t i = 0; i < x.size(); ++i) {
      if (i > 0)
        out += ',';
      codec<T>::write(out, x[i]);
    }
    out += ']';
  }
  static bool absent(const std::vector<T>& x) { return x.empty(); }
};

template <class T>
struct codec<std::map<std::string, T>> {
  static bool read(reader& r, const place& where, cursor c, std::map<std::string, T>& x) {
    x.clear();
    if (c.kind() != kind::object)
      return r.complain(where, "an object", c);
    members all{c};
    while (auto m = all.next()) {
      T value{};
      if (!m->value.is_null() && codec<T>::read(r, {&where, m->key}, m->value, value))
        x.insert_or_assign(std::move(m->key), std::move(value));
    }
    return true;
  }
  static void write(std::string& out, const std::map<std::string, T>& x) {
    out += '{';
    for (auto separator = ""; auto& [key, value] : x) {
      (out += separator) += escape(key) + ':';
      codec<T>::write(out, value);
      separator = ",";
    }
    out += '}';
  }
  static bool absent(const std::map<std::string, T>& x) { return x.empty(); }
};

// -- described enumerations and structs --------------------------------------------------------------

/// Reads a string that must be one of `names`; returns its position.
std::optional<std::size_t> read_name(reader& r, const place& where, cursor c, const std::vector<std::string>& names);

template <class T>
  requires boost::describe::has_describe_enumerators<T>::value
struct codec<T> : always_written {
  template <class... D>
  static std::vector<std::string> names(boost::mp11::mp_list<D...>) {
    return {D::name...};
  }
  template <class... D>
  static std::vector<T> values(boost::mp11::mp_list<D...>) {
    return {D::value...};
  }
  static bool read(reader& r, const place& where, cursor c, T& x) {
    using list = boost::mp11::mp_rename<boost::describe::describe_enumerators<T>, boost::mp11::mp_list>;
    auto found = read_name(r, where, c, names(list{}));
    if (found)
      x = values(list{})[*found];
    return found.has_value();
  }
  static void write(std::string& out, T x) { (((out += '"') += boost::describe::enum_to_string(x, "")) += '"'); }
};

/// How one member of a struct is read and written, without its type.
struct member_codec {
  std::string name;
  bool (*read)(reader&, const place&, cursor, void* owner);
  void (*write)(std::string& out, const void* owner);
  bool (*absent)(const void* owner);
};

/// Returns `member` in camelCase without a trailing underscore.
std::string camel_case(std::string_view member);

/// Reads the members of an object; returns whether it is one.
bool read_members(reader& r, const place& where, cursor c, const std::vector<member_codec>& all, void* owner);

/// Writes the members of an object that are not absent.
void write_members(std::string& out, const std::vector<member_codec>& all, const void* owner);

/// Fallback of the exceptions from camelCase: there are none.
constexpr std::string_view wire_name(const void*, std::string_view) {
  return {};
}

template <class T>
  requires boost::describe::has_describe_members<T>::value
struct codec<T> : always_written {
  using list
      = boost::mp11::mp_rename<boost::describe::describe_members<T, boost::describe::mod_public>, boost::mp11::mp_list>;
  static_assert(boost::pfr::tuple_size_v<T> == boost::mp11::mp_size<list>::value,
                "BOOST_DESCRIBE_STRUCT forgets a member");

  template <class D>
  static member_codec codec_of() {
    using value = std::remove_cvref_t<decltype(std::declval<T&>().*D::pointer)>;
    auto exception = wire_name(static_cast<const T*>(nullptr), std::string_view{D::name});
    return {exception.empty() ? camel_case(D::name) : std::string{exception},
            [](reader& r, const place& where, cursor c, void* owner) {
              return codec<value>::read(r, where, c, static_cast<T*>(owner)->*D::pointer);
            },
            [](std::string& out, const void* owner) {
              codec<value>::write(out, static_cast<const T*>(owner)->*D::pointer);
            },
            [](const void* owner) { return codec<value>::absent(static_cast<const T*>(owner)->*D::pointer); }};
  }
  template <class... D>
  static std::vector<member_codec> table(boost::mp11::mp_list<D...>) {
    return {codec_of<D>()...};
  }
  /// Returns the codecs of all members in the order of their description.
  static const std::vector<member_codec>& member_codecs() {
    static const std::vector<member_codec> all = table(list{});
    return all;
  }
  static bool read(reader& r, const place& where, cursor c, T& x) {
    return read_members(r, where, c, member_codecs(), &x);
  }
  static void write(std::string& out, const T& x) { write_members(out, member_codecs(), &x); }
};

// -- what others call --------------------------------------------------------------------------------

/// Reads a value found in a text; `root` is where it stands there, for the complaints.
template <class T>
T read(cursor c, std::vector<complaint>& out, std::string_view root = {}) {
  T x{};
  reader r{out};
  place where{nullptr, root, 0};
  if (!c.is_null())
    codec<T>::read(r, where, c, x);
  return x;
}

/// Reads a text; one that is no JSON at all gives one complaint and a value as made by default.
template <class T>
T parse(std::string_view text, std::vector<complaint>& out) {
  if (auto problem = flaw(text)) {
    out.push_back({{}, std::move(*problem)});
    return T{};
  }
  return read<T>(cursor{text}, out);
}

/// Writes compact text in the order of the descriptions, without what is absent.
template <class T>
std::string write(const T& x) {
  std::string out;
  codec<T>::write(out, x);
  return out;
}

} // namespace json
