#include "flink/configuration/owned_options.hpp"

#include "config/defaults.hpp"
#include "flink/configuration/memory.hpp"

#include <algorithm>
#include <array>

namespace flink {

namespace {

namespace defaults = config::defaults;

std::string rpc_port(const spec& x) {
  return std::to_string(x.rpc_port.value_or(defaults::rpc_port));
}

std::string blob_port(const spec& x) {
  return std::to_string(x.blob_port.value_or(defaults::blob_port));
}

std::string query_port(const spec& x) {
  return std::to_string(x.query_port.value_or(defaults::query_port));
}

std::string ui_port(const spec& x) {
  return std::to_string(x.ui_port.value_or(defaults::ui_port));
}

std::string metrics_query_port(const spec& x) {
  return std::to_string(x.metrics_query_port.value_or(defaults::metrics_query_port));
}

std::string slots(const spec& x) {
  return std::to_string(task_slots(x));
}

std::string yes(const spec&) {
  return "true";
}

/// Flink 2 removed deprecated features, such as queryable state.
constexpr version second{2, 0};

constexpr std::string_view own_name = "remove the entry, because each cluster has its own name";
constexpr std::string_view submitted = "remove the entry, because the operator starts jobs through the REST API";

constexpr std::array table{
    owned_option{.key = "blob.server.port", .remedy = "use blobPort", .value = blob_port, .set_by_go_operator = true},
    owned_option{.key = "high-availability.cluster-id", .remedy = own_name, .with_ha = true},
    owned_option{.key = "high-availability.zookeeper.path.namespace", .remedy = own_name, .with_ha = true},
    owned_option{.key = "jobmanager.rpc.address",
                 .remedy = "remove the entry, because each cluster has its own Service"},
    owned_option{.key = "jobmanager.rpc.bind-port", .remedy = "use rpcPort"},
    owned_option{.key = "jobmanager.rpc.port", .remedy = "use rpcPort", .value = rpc_port, .set_by_go_operator = true},
    // Old images and their scripts use this name.
    owned_option{.key = "jobmanager.web.port",
                 .remedy = "use uiPort",
                 .value = ui_port,
                 .until = process_memory_since,
                 .set_by_go_operator = true},
    owned_option{.key = "jobmanager.web.submit.enable", .remedy = submitted},
    owned_option{.key = "kubernetes.cluster-id", .remedy = own_name, .with_ha = true},
    owned_option{.key = "metrics.internal.query-service.port",
                 .remedy = "use metricsQueryPort",
                 .value = metrics_query_port,
                 .set_by_go_operator = true},
    owned_option{.key = "query.proxy.ports", .remedy = "use queryPort"},
    owned_option{.key = "query.server.port",
                 .remedy = "use queryPort",
                 .value = query_port,
                 .until = process_memory_since,
                 .set_by_go_operator = true},
    owned_option{.key = "queryable-state.proxy.ports", .remedy = "use queryPort", .value = query_port, .until = second},
    owned_option{.key = "recovery.zookeeper.path.namespace", .remedy = own_name, .with_ha = true, .in_hash = true},
    owned_option{.key = "rest.bind-port", .remedy = "use uiPort"},
    owned_option{.key = "rest.port", .remedy = "use uiPort", .value = ui_port},
    owned_option{.key = "taskmanager.host", .remedy = "remove the entry, because each pod has its own address"},
    owned_option{.key = "taskmanager.numberOfTaskSlots",
                 .remedy = "use taskManagerConfig.taskSlots",
                 .value = slots,
                 .set_by_go_operator = true},
    owned_option{.key = "web.port", .remedy = "use uiPort"},
    owned_option{.key = "web.submit.enable", .remedy = submitted, .value = yes},
};

static_assert(std::ranges::is_sorted(table, {}, &owned_option::key));

} // namespace

std::span<const owned_option> owned_options() {
  return table;
}

const owned_option* find_owned(std::string_view key) {
  auto found = std::ranges::lower_bound(table, key, {}, &owned_option::key);
  return found != table.end() && found->key == key ? &*found : nullptr;
}

} // namespace flink
