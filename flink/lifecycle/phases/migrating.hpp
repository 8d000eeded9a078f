// What the parts of taking over share: decide_adopt.cpp finds the job, decide_adopt_bluegreen.cpp both of two,
// decide_adopt_take.cpp takes their clusters. Not for others.
#pragma once

#include "flink/lifecycle/pass/pass.hpp"

#include <string>
#include <vector>

namespace flink {

/// What is taken over.
struct legacy {
  std::string cluster_id;
  /// The job that serves from now on, or the one that did until it ended; may be empty then.
  std::string job_id;
  bool job_runs = true;
  /// The Go operator was on its way to another version: only a proof that the spec runs already, and a job, spare a
  /// deploy.
  bool deploy_due = false;
  /// The Go operator had given the last deploy up.
  bool failed = false;
  /// BlueGreen: what the status says of this version's job.
  const job_status* recorded = nullptr;
};

struct located_job {
  std::string cluster_id;
  rest::job_summary job;
};

struct survey {
  /// An answer is missing that counts.
  bool pending = false;
  std::vector<located_job> jobs;
};

/// Asks the JobManagers of all clusters which jobs they have.
survey look_for_jobs(pass& p);

/// No job runs beside the cluster that is kept, and none may start there any more: what was half made goes, with its
/// pods. Returns whether it is gone.
bool others_removed(pass& p, const std::string& keep);

/// The Go operator wrote empty texts for absent ones.
inline bool filled(const std::optional<std::string>& x) {
  return x && !x->empty();
}

/// The cluster that the status calls deployed; empty if there never was one. A rescale in place gives its Deployments
/// a new label, and the status that hash: their names tell by which id their processes find each other.
std::string deployed_cluster(const pass& p);

/// Objects first, which can be repeated; then the status, by which the next operator knows the cluster as its own.
void take_over(pass& p, const legacy& x);

/// The same for two versions that run beside each other, also where they are being deleted.
void take_over_both(pass& p, const legacy& older, const legacy& newer);

/// The same for what is being deleted: it is not compared, nothing will be deployed any more.
void take_over_for_deletion(pass& p, const legacy& x);

/// The new version had not come up, and the old one waits for its job: from here on it is a rollback like any other.
void take_over_rollback(pass& p, const legacy& x);

/// Takes over a BlueGreen application that has deployed something.
void adopt_blue_green(pass& p);

/// Drops what only the Go operator kept for itself.
void forget_bookkeeping(status& x);

/// A first deploy that was given up.
void take_over_failure(pass& p);

} // namespace flink
