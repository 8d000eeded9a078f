#include "local/agent/process/launch.hpp"

#include <cstdlib>
#include <sstream>

namespace local::agent {

namespace {

/// Packages of the JDK that Flink reaches into.
constexpr const char* opened[] = {"java.lang",
                                  "java.util",
                                  "java.net",
                                  "java.nio",
                                  "java.io",
                                  "java.time",
                                  "java.util.concurrent",
                                  "java.util.concurrent.atomic",
                                  "java.lang.reflect",
                                  "java.text",
                                  "java.math"};

constexpr const char* log_configuration = "rootLogger.level = INFO\n"
                                          "rootLogger.appenderRef.console.ref = console\n"
                                          "appender.console.name = console\n"
                                          "appender.console.type = CONSOLE\n"
                                          "appender.console.layout.type = PatternLayout\n"
                                          "appender.console.layout.pattern = %d{ISO8601} %-5p %-60c %x - %m%n\n";

const char* main_class(flink_role role) {
  switch (role) {
  case flink_role::job_manager:
    return "org.apache.flink.runtime.entrypoint.StandaloneSessionClusterEntrypoint";
  case flink_role::task_manager:
    return "org.apache.flink.runtime.taskexecutor.TaskManagerRunner";
  }
  return "";
}

void append_words(std::vector<std::string>& out, const flink_config& config, const std::string& key) {
  auto i = config.find(key);
  if (i == config.end())
    return;
  std::istringstream words{i->second};
  for (std::string word; words >> word;)
    out.push_back(word);
}

std::vector<std::string> java_options(flink_role role, const flink_config& config, const launch_site& site) {
  // Fast start and little memory count here, peak speed does not.
  std::vector<std::string> out{site.java, "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-Xshare:auto",
                               "-Xmx" + site.heap, "-XX:MaxMetaspaceSize=256m", "-XX:-UsePerfData",
                               "-Djava.io.tmpdir=" + site.folder + "/tmp",
                               // With it the JVM resolves names from this file only. It reads the file at each look-up
                               // but keeps answers for 30 s and failures for 10 s, as with DNS.
                               "-Djdk.net.hosts.file=" + site.hosts_file,
                               "-Dlog4j.configurationFile=" + site.folder + "/conf/log4j-console.properties",
                               "--add-exports=java.base/sun.net.util=ALL-UNNAMED"};
  for (auto* package : opened)
    out.push_back(std::string{"--add-opens=java.base/"} + package + "=ALL-UNNAMED");
  for (auto* key : {"env.java.opts", "env.java.opts.all"})
    append_words(out, config, key);
  append_words(out, config, role == flink_role::job_manager ? "env.java.opts.jobmanager" : "env.java.opts.taskmanager");
  return out;
}

environment with_machine(environment variables, const launch_site& site) {
  for (auto* name : {"PATH", "JAVA_HOME", "LANG", "TZ", "HOME"})
    if (auto* value = std::getenv(name))
      variables.try_emplace(name, value);
  if (!site.kubeconfig.empty())
    variables.try_emplace("KUBECONFIG", site.kubeconfig);
  return variables;
}

std::string file_name(const std::string& path) {
  return path.substr(path.rfind('/') + 1);
}

} // namespace

std::optional<flink_role> role_of(const std::vector<std::string>& arguments) {
  if (arguments.empty())
    return std::nullopt;
  if (arguments[0] == "jobmanager")
    return flink_role::job_manager;
  if (arguments[0] == "taskmanager")
    return flink_role::task_manager;
  return std::nullopt;
}

launch_plan plan_flink(flink_role role, const image_content& image, const environment& variables,
                       const launch_site& site) {
  launch_plan out;
  auto config = make_flink_config(role, variables, {site.address, site.folder});
  bool yaml = flink_version(image.flink) >= "2";
  auto conf = site.folder + "/conf";
  auto upload = site.folder + "/web/flink-web-upload";
  out.folders = {conf, site.folder + "/tmp", upload, site.folder + "/log"};
  out.files = {{conf + (yaml ? "/config.yaml" : "/flink-conf.yaml"), write_flink_config(config, yaml)},
               {conf + "/log4j-console.properties", log_configuration}};
  for (auto& jar : image.jars)
    out.links.emplace_back(upload + "/" + file_name(jar), jar);
  out.command = java_options(role, config, site);
  for (auto& word :
       {std::string{"-cp"}, image.flink + "/lib/*", std::string{main_class(role)}, std::string{"--configDir"}, conf})
    out.command.push_back(word);
  out.variables = with_machine(variables, site);
  out.variables["FLINK_CONF_DIR"] = conf;
  out.variables["FLINK_LIB_DIR"] = image.flink + "/lib";
  out.variables["FLINK_OPT_DIR"] = image.flink + "/opt";
  out.variables["FLINK_PLUGINS_DIR"] = image.flink + "/plugins";
  return out;
}

} // namespace local::agent
