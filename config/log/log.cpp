#include "config/log/log.hpp"

#include "k8s/json/text.hpp"

#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include <atomic>

namespace config::log {

namespace {

std::atomic<format> chosen{format::text};

spdlog::level::level_enum to_spdlog(level x) {
  switch (x) {
  case level::debug:
    return spdlog::level::debug;
  case level::info:
    return spdlog::level::info;
  case level::warning:
    return spdlog::level::warn;
  case level::error:
    return spdlog::level::err;
  case level::off:
    return spdlog::level::off;
  }
  return spdlog::level::info;
}

spdlog::logger& sink() {
  static auto logger = spdlog::stderr_logger_mt("operator");
  return *logger;
}

/// Replaces control characters by spaces: a line break would split the line.
std::string flat(std::string_view x) {
  std::string out{x};
  for (auto& c : out)
    if (static_cast<unsigned char>(c) < 0x20)
      c = ' ';
  return out;
}

std::string as_text(std::string_view id, std::string_view subject, std::string_view text,
                    std::initializer_list<field> fields) {
  std::string line{id};
  if (!subject.empty())
    line += " " + flat(subject);
  line += ": " + flat(text);
  for (auto& [name, value] : fields)
    if (!value.empty())
      line += " " + std::string{name} + "="
            + (value.find(' ') == std::string::npos ? flat(value) : json::escape(flat(value)));
  return line;
}

std::string as_json(std::string_view id, std::string_view subject, std::string_view text,
                    std::initializer_list<field> fields) {
  std::string line = "\"event\":" + json::escape(id);
  if (!subject.empty())
    line += ",\"application\":" + json::escape(subject);
  line += ",\"message\":" + json::escape(text);
  for (auto& [name, value] : fields)
    line += "," + json::escape(name) + ":" + json::escape(value);
  return line + "}";
}

} // namespace

void setup(level least, format how) {
  chosen = how;
  sink().set_level(to_spdlog(least));
  sink().flush_on(spdlog::level::info);
  if (how == format::json)
    sink().set_pattern(R"({"time":"%Y-%m-%dT%H:%M:%S.%eZ","level":"%l",%v)", spdlog::pattern_time_type::utc);
  else
    sink().set_pattern("%Y-%m-%dT%H:%M:%S.%eZ %-7l %v", spdlog::pattern_time_type::utc);
}

std::string render(format how, level, std::string_view id, std::string_view subject, std::string_view text,
                   std::initializer_list<field> fields) {
  return how == format::json ? as_json(id, subject, text, fields) : as_text(id, subject, text, fields);
}

void write(level at, std::string_view id, std::string_view subject, std::string_view text,
           std::initializer_list<field> fields) {
  if (!sink().should_log(to_spdlog(at)))
    return;
  sink().log(to_spdlog(at), "{}", render(chosen, at, id, subject, text, fields));
}

} // namespace config::log
