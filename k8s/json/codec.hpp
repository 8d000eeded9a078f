// Reads and writes described structs as JSON: BOOST_DESCRIBE_STRUCT names each member once, `parse` and `write` do the
// rest. Promises to read every valid member and to report each invalid one with its full path. Ignores unknown members.
//
// Includes no JSON library, so that it compiles fast. `parse<T>` of a large T does not: instantiate it in one source.
//
// The JSON name of a member is its name in camelCase (`task_slots` is "taskSlots") without a trailing underscore. An
// overload of wire_name() beside the struct defines exceptions:
//   constexpr std::string_view wire_name(const job_status*, std::string_view member) {
//     return member == "job_id" ? "jobID" : "";
//   }
#pragma once

#include "k8s/json/fwd.hpp"
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

/// A value that is kept as compact JSON text. Only the API server validates it.
struct raw {
  std::string text;
  bool operator==(const raw&) const = default;
};

/// An invalid field of a JSON text.
struct field_error {
  /// Path of the field, e.g. "spec.taskManagerConfig.taskSlots"; empty for the whole text.
  std::string field;
  /// What is wrong with it, e.g. "must be a 32-bit integer, not \"two\"".
  std::string problem;
  bool operator==(const field_error&) const = default;
};

/// Returns "field: problem".
std::string to_string(const field_error& x);

// -- how values are read and written ----------------------------------------------------------------

/// Path of a value, as a chain up to the root. It becomes text only for an error.
struct place {
  const place* parent = nullptr;
  std::string_view key;
  /// Index in a list; unused for members.
  std::size_t index = 0;
};

/// Collects errors while values are read.
class reader {
public:
  explicit reader(std::vector<field_error>& out) : out_{out} {}

  /// Adds the error that `got` is not what was `expected`. Always returns false.
  bool add_error(const place& where, std::string_view expected, cursor got);

private:
  std::vector<field_error>& out_;
};

/// Converts values of type T to JSON text and back. `read` returns true if `x` is valid; `absent` returns true if a
/// member with this value is not written. An error is added for every value that is not valid, except for an empty text
/// of a type that reads it as absent.
template <class T>
struct codec;

/// Base of codecs for types that are always written.
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
      return r.add_error(where, "a list", c);
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
      return r.add_error(where, "an object", c);
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

/// Reads a string that must be one of `names`. Returns its index; adds an error and returns nothing for other values.
std::optional<std::size_t> read_name(reader& r, const place& where, cursor c, const std::vector<std::string>& names);

/// Whether an empty text is read as absent, without an error: an overload of empty_text_is_absent() beside the enum.
template <class T>
concept empty_if_absent = requires { requires empty_text_is_absent(T{}); };

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
    if (empty_if_absent<T> && c.text() == R"("")")
      return false;
    using list = boost::mp11::mp_rename<boost::describe::describe_enumerators<T>, boost::mp11::mp_list>;
    auto found = read_name(r, where, c, names(list{}));
    if (found)
      x = values(list{})[*found];
    return found.has_value();
  }
  static void write(std::string& out, T x) { (((out += '"') += boost::describe::enum_to_string(x, "")) += '"'); }
};

/// Reads and writes one member of a struct whose type is erased.
struct member_codec {
  std::string name;
  bool (*read)(reader&, const place&, cursor, void* owner);
  void (*write)(std::string& out, const void* owner);
  bool (*absent)(const void* owner);
};

/// Converts a member's name to camelCase without a trailing underscore.
std::string camel_case(std::string_view member);

/// Reads the members of an object. Adds an error and returns false if the value is not an object.
bool read_members(reader& r, const place& where, cursor c, const std::vector<member_codec>& all, void* owner);

/// Writes an object with all members that are not absent.
void write_members(std::string& out, const std::vector<member_codec>& all, const void* owner);

/// Default for types without exceptions from camelCase.
constexpr std::string_view wire_name(const void*, std::string_view) {
  return {};
}

template <class T>
  requires boost::describe::has_describe_members<T>::value
struct codec<T> : always_written {
  using list
      = boost::mp11::mp_rename<boost::describe::describe_members<T, boost::describe::mod_public>, boost::mp11::mp_list>;
  static_assert(boost::pfr::tuple_size_v<T> == boost::mp11::mp_size<list>::value,
                "BOOST_DESCRIBE_STRUCT does not list all members");

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

// -- entry points --------------------------------------------------------------------------------

/// Reads a value inside a text. Errors are added to `out`, with paths that start at `root`.
template <class T>
T read(cursor c, std::vector<field_error>& out, std::string_view root = {}) {
  T x{};
  reader r{out};
  place where{nullptr, root, 0};
  if (!c.is_null())
    codec<T>::read(r, where, c, x);
  return x;
}

/// Reads a text. Errors are added to `out`, with paths that start at `root`; a text that is not JSON gives one error
/// and a default value.
template <class T>
T parse(std::string_view text, std::vector<field_error>& out, std::string_view root = {}) {
  if (auto problem = flaw(text)) {
    out.push_back({std::string{root}, std::move(*problem)});
    return T{};
  }
  return read<T>(cursor{text}, out, root);
}

/// Returns compact JSON with the members in the order of their description, without absent ones.
template <class T>
std::string write(const T& x) {
  std::string out;
  codec<T>::write(out, x);
  return out;
}

} // namespace json
