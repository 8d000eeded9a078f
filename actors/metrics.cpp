#include "actors/metrics.hpp"

#include <prometheus/counter.h>
#include <prometheus/gauge.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>
#include <prometheus/text_serializer.h>

namespace actors {

namespace {

using counters = prometheus::Family<prometheus::Counter>;
using gauges = prometheus::Family<prometheus::Gauge>;
using histograms = prometheus::Family<prometheus::Histogram>;

counters& counter(prometheus::Registry& r, const char* name, const char* help) {
  return prometheus::BuildCounter().Name(name).Help(help).Register(r);
}

const prometheus::Histogram::BucketBoundaries deploy_seconds{1, 2, 3, 5, 8, 13, 21, 34, 60, 120, 300, 600, 1200};
const prometheus::Histogram::BucketBoundaries own_seconds{0.01, 0.02, 0.05, 0.1, 0.2, 0.3, 0.5, 1, 2, 5};

} // namespace

class metrics::impl {
public:
  prometheus::Registry registry;
  counters& kube
      = counter(registry, "flink_operator_kube_requests_total", "Requests to the API server, by verb and resource.");
  counters& kube_failed = counter(registry, "flink_operator_kube_failures_total",
                                  "Requests to the API server without a 2xx answer, by verb and resource.");
  counters& flink
      = counter(registry, "flink_operator_flink_requests_total", "Requests to JobManagers, by verb and path.");
  counters& flink_failed = counter(registry, "flink_operator_flink_failures_total",
                                   "Requests to JobManagers without an answer, by verb and path.");
  counters& decisions = counter(registry, "flink_operator_decisions_total", "Decisions made for all applications.");
  counters& transitions = counter(registry, "flink_operator_phase_transitions_total",
                                  "Transitions of applications into a phase, by phase.");
  counters& deploys = counter(registry, "flink_operator_deploys_total", "Finished deploys, by result.");
  counters& restarts
      = counter(registry, "flink_operator_supervisor_restarts_total", "Application actors restarted after a crash.");
  counters& relists
      = counter(registry, "flink_operator_relists_total", "Full lists of a kind from the API server, by kind.");
  counters& watch_failures
      = counter(registry, "flink_operator_watch_failures_total", "Lists and watches that failed, by kind.");
  counters& events = counter(registry, "flink_operator_events_total", "Kubernetes events recorded, by reason.");
  gauges& leads = prometheus::BuildGauge()
                      .Name("flink_operator_leader")
                      .Help("Whether this operator is the leader (1) or a standby (0).")
                      .Register(registry);
  gauges& phases = prometheus::BuildGauge()
                       .Name("flink_operator_applications_in_phase")
                       .Help("FlinkApplications, by phase.")
                       .Register(registry);
  gauges& all = prometheus::BuildGauge()
                    .Name("flink_operator_applications")
                    .Help("FlinkApplications known to the operator.")
                    .Register(registry);
  histograms& durations = prometheus::BuildHistogram()
                              .Name("flink_operator_deploy_seconds")
                              .Help("Seconds from the edit until the job runs or the deploy fails, by result.")
                              .Register(registry);
  histograms& own_shares
      = prometheus::BuildHistogram()
            .Name("flink_operator_deploy_own_share_seconds")
            .Help("Seconds of a deploy that the operator itself used, without waiting for others, by result.")
            .Register(registry);
};

metrics::metrics() : impl_{std::make_unique<impl>()} {
  impl_->all.Add({}).Set(0);
  impl_->decisions.Add({});
  impl_->restarts.Add({});
}

metrics::~metrics() = default;

void metrics::kube_request(const std::string& what) {
  impl_->kube.Add({{"request", what}}).Increment();
}

void metrics::kube_failure(const std::string& what) {
  impl_->kube_failed.Add({{"request", what}}).Increment();
}

void metrics::flink_request(const std::string& what) {
  impl_->flink.Add({{"request", what}}).Increment();
}

void metrics::flink_failure(const std::string& what) {
  impl_->flink_failed.Add({{"request", what}}).Increment();
}

void metrics::decided() {
  impl_->decisions.Add({}).Increment();
}

void metrics::entered(const std::string& phase) {
  impl_->transitions.Add({{"phase", phase}}).Increment();
}

void metrics::in_phase(const std::string& phase, int change) {
  impl_->phases.Add({{"phase", phase.empty() ? "New" : phase}}).Increment(change);
}

void metrics::deploy(const std::string& result, double seconds, double own_share_seconds) {
  impl_->deploys.Add({{"result", result}}).Increment();
  impl_->durations.Add({{"result", result}}, deploy_seconds).Observe(seconds);
  impl_->own_shares.Add({{"result", result}}, own_seconds).Observe(own_share_seconds);
}

void metrics::actor_restarted() {
  impl_->restarts.Add({}).Increment();
}

void metrics::relisted(const std::string& kind) {
  impl_->relists.Add({{"kind", kind}}).Increment();
}

void metrics::watch_failed(const std::string& kind) {
  impl_->watch_failures.Add({{"kind", kind}}).Increment();
}

void metrics::applications(int64_t count) {
  impl_->all.Add({}).Set(static_cast<double>(count));
}

void metrics::leader(bool x) {
  impl_->leads.Add({}).Set(x ? 1 : 0);
}

void metrics::event(const std::string& reason) {
  impl_->events.Add({{"reason", reason}}).Increment();
}

std::string metrics::text() const {
  return prometheus::TextSerializer{}.Serialize(impl_->registry.Collect());
}

std::vector<std::string> metrics::names() const {
  return {"flink_operator_kube_requests_total",   "flink_operator_kube_failures_total",
          "flink_operator_flink_requests_total",  "flink_operator_flink_failures_total",
          "flink_operator_decisions_total",       "flink_operator_phase_transitions_total",
          "flink_operator_deploys_total",         "flink_operator_supervisor_restarts_total",
          "flink_operator_relists_total",         "flink_operator_watch_failures_total",
          "flink_operator_events_total",          "flink_operator_leader",
          "flink_operator_applications_in_phase", "flink_operator_applications",
          "flink_operator_deploy_seconds",        "flink_operator_deploy_own_share_seconds"};
}

} // namespace actors
