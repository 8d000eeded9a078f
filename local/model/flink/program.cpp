#include "local/model/flink/program.hpp"

#include <charconv>

namespace local::simulated {

namespace {

milliseconds read_milliseconds(const std::string& x) {
  int value = 0;
  std::from_chars(x.data(), x.data() + x.size(), value);
  return milliseconds{value};
}

} // namespace

program test_program(const std::vector<std::string>& arguments) {
  auto mode = arguments.empty() ? std::string{"endless"} : arguments.front();
  program out;
  if (mode == "throws")
    out = {.behaviour = main_behaviour::throws,
           .exception = "java.lang.IllegalArgumentException: the topic \"orders\" is not configured"};
  else if (mode == "catches")
    out.behaviour = main_behaviour::catches;
  else if (mode == "nothing")
    out.behaviour = main_behaviour::executes_nothing;
  else if (mode == "twice")
    out.behaviour = main_behaviour::executes_twice;
  else if (mode == "throws-after")
    out = {.behaviour = main_behaviour::throws_after_execute,
           .exception = "java.lang.IllegalStateException: thrown after execute"};
  else if (mode == "bounded")
    out.records = 100;
  else if (mode == "fails")
    out.poison = 20;
  else if (mode == "other-state")
    out.shape = "other";
  else if (mode == "slow" && arguments.size() > 1)
    out.main_time = read_milliseconds(arguments[1]);
  return out;
}

jar test_jar() {
  return {.main_class = "test.Cases", .classes = {{"test.Cases", test_program}, {"test.NoMain", nullptr}}};
}

} // namespace local::simulated
