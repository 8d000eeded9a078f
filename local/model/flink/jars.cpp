// Running main(), and the errors before, during and after it.
#include "local/model/flink/body.hpp"
#include "local/model/flink/cluster.hpp"
#include "local/model/flink/errors.hpp"

#include <boost/json.hpp>

#include <utility>
#include <variant>

namespace local::simulated {

namespace {

namespace json = boost::json;

/// What main() itself is refused for; nothing if it comes to executing its job.
std::optional<answer> refusal_of_main(const program& x, bool run) {
  switch (x.behaviour) {
  case main_behaviour::throws:
    if (run)
      return could_not_execute(x.exception);
    return server_error(invocation_exception("The main method caused an error") + "\nCaused by: " + x.exception);
  case main_behaviour::catches:
    if (run)
      return std::nullopt;
    break;
  case main_behaviour::executes_nothing:
    if (run)
      return refuse(400, {handler_exception("No jobs included in application.")});
    break;
  case main_behaviour::executes:
  case main_behaviour::executes_twice:
  case main_behaviour::throws_after_execute:
    return std::nullopt;
  }
  return server_error(invocation_exception(
      "The program plan could not be fetched - the program aborted pre-maturely. The root cause may be that the main "
      "method doesn't call `env.execute()` or `env.executeAsync()`."));
}

/// What main() is refused for after its job was submitted.
std::optional<std::string> late_refusal(const program& x) {
  if (x.behaviour == main_behaviour::throws_after_execute)
    return x.exception;
  if (x.behaviour == main_behaviour::executes_twice)
    return "org.apache.flink.util.FlinkRuntimeException: Cannot have more than one execute() or executeAsync() call in "
           "a "
           "single environment.";
  return std::nullopt;
}

answer missing_jar(const std::string& name) {
  auto words = handler_exception("Jar file /opt/flink/upload/flink-web-upload/" + name + " does not exist");
  return server_error("java.util.concurrent.CompletionException: " + words + "\nCaused by: " + words);
}

/// Returns the program of a class of a jar with these arguments, or the error.
std::variant<program, answer> load_program(const jar& x, std::string name, const std::vector<std::string>& arguments) {
  if (name.empty())
    name = x.main_class;
  if (name.empty())
    return server_error(
        invocation_exception("Neither a 'Main-Class', nor a 'program-class' entry was found in the jar file."));
  auto entry = x.classes.find(name);
  if (entry == x.classes.end() && x.any_class)
    return program{};
  if (entry == x.classes.end())
    return server_error(
        invocation_exception("The program's entry point class '" + name + "' was not found in the jar file.")
        + "\nCaused by: java.lang.ClassNotFoundException: " + name);
  if (!entry->second)
    return server_error(invocation_exception("The given program class does not have a main(String[]) method."));
  return entry->second(arguments);
}

/// Absent and negative mean the cluster's default.
int32_t parallelism_of(const json::object& x) {
  auto p = x.if_contains("parallelism");
  auto out = p != nullptr && p->is_int64() ? p->as_int64() : 1;
  return out < 0 || out > 32768 ? 1 : static_cast<int32_t>(out);
}

bool flag_of(const json::object& x, std::string_view name) {
  auto p = x.if_contains(name);
  return p != nullptr && p->is_bool() && p->as_bool();
}

} // namespace

answer flink_cluster::post_jar(const std::string& name, const std::string& body, bool run, const on_answer& done,
                               bool& later) {
  auto fields = parse_body(body);
  auto id = fields ? text_of(*fields, "jobId") : std::string{};
  if (!fields || (fields->contains("jobId") && !is_hex_id(id)))
    return wrong_format(run ? "JarRunRequestBody" : "JarPlanRequestBody");
  auto found = options_.jars.find(name);
  if (found == options_.jars.end() && !options_.any_jar)
    return missing_jar(name);
  submission x{.run = run,
               .job_id = id,
               .parallelism = parallelism_of(*fields),
               .savepoint_path = text_of(*fields, "savepointPath"),
               .allow_non_restored = flag_of(*fields, "allowNonRestoredState")};
  if (found != options_.jars.end()) {
    auto loaded = load_program(found->second, text_of(*fields, "entryClass"), texts_of(*fields, "programArgsList"));
    if (auto refusal = std::get_if<answer>(&loaded))
      return std::move(*refusal);
    x.program = std::get<program>(std::move(loaded));
  }
  later = true;
  auto ticket = sequence_++;
  owed_[ticket] = done;
  after(x.program.main_time + options_.submit, [this, ticket, x = std::move(x)] {
    if (auto owed = owed_.extract(ticket); !owed.empty())
      finish_main(x, std::move(owed.mapped()));
  });
  return {};
}

void flink_cluster::finish_main(const submission& x, on_answer done) {
  if (auto refusal = refusal_of_main(x.program, x.run))
    return done(std::move(*refusal));
  if (x.parallelism == 0)
    return done(could_not_execute("java.lang.IllegalArgumentException: Parallelism must be at least one."));
  job created;
  created.id
      = x.job_id.empty() ? "f" + std::to_string(1'000'000'000'000'000 + sequence_++) + std::string(15, '0') : x.job_id;
  created.program = x.program;
  created.parallelism = x.parallelism;
  if (!x.run)
    return done(answer{200, render_plan(created)});
  if (used_ids_.contains(created.id))
    return done(could_not_execute(
        "org.apache.flink.runtime.client.DuplicateJobSubmissionException: Job has already been submitted."));
  auto late = late_refusal(x.program);
  create_job(std::move(created), x.savepoint_path, x.allow_non_restored,
             [late, done = std::move(done)](std::optional<answer> y) {
               done(late ? could_not_execute(*late) : std::move(y));
             });
}

} // namespace local::simulated
