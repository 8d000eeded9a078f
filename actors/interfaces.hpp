// The message interface of each actor, on one page.
// A comment describes each message; messages marked INTERNAL come from the actor itself or from the network.
#pragma once

#include "actors/caf.hpp"
#include "messages/type_ids.hpp"

namespace actors {

/// KUBE: sends all single requests to the API server; writes share one token bucket, fair over applications.
using kube_actor = caf::typed_actor<
    // Sends one request; always answers, at the latest at the deadline.
    answers<messages::kube_request, messages::answer>,
    // Reports how many requests wait and are in flight.
    answers<messages::describe, messages::actor_report>,
    // INTERNAL: the transport has an answer.
    receives<messages::response_arrived>,
    // INTERNAL: new tokens are available, or deadlines have passed.
    receives<messages::tick>>;

/// FLINK: sends all requests to JobManagers; a lane and a breaker per pod.
using flink_actor = caf::typed_actor<
    // Sends one request; always answers, at the latest at the deadline.
    answers<messages::flink_request, messages::answer>,
    // Reports lanes and open breakers.
    answers<messages::describe, messages::actor_report>,
    // INTERNAL: the transport has an answer.
    receives<messages::response_arrived>,
    // INTERNAL: deadlines have passed.
    receives<messages::tick>>;

/// ELECTION: acquires, renews and releases the Lease of leader election.
using election_actor = caf::typed_actor<
    // From OPERATOR, after every kind was listed: acquire the Lease. Answered when this operator may act.
    answers<messages::acquire_lease, messages::lease_acquired>,
    // All actors that act have ended: release the Lease. Answered when it is released or cannot be.
    answers<messages::release_lease, messages::lease_released>,
    // Reports the leader.
    answers<messages::describe, messages::election_report>,
    // INTERNAL: the transport has an answer.
    receives<messages::response_arrived>,
    // INTERNAL: the next request is due, or the answer or renewal is overdue.
    receives<messages::tick>>;

/// APPLICATION: the supervisor of one FlinkApplication.
using application_actor = caf::typed_actor<
    // The resource was created or changed, or it was deleted.
    receives<messages::application_news>,
    // One of its objects was created, changed or deleted.
    receives<messages::object_news>,
    // Reports the whole application.
    answers<messages::describe, messages::application_report>,
    // INTERNAL: a timer fired.
    receives<messages::tick>>;

/// OPERATOR: keeps the objects of every application and restarts crashed supervisors.
using operator_actor = caf::typed_actor<
    // From WATCH: a FlinkApplication was created, changed or deleted.
    receives<messages::application_news>,
    // From WATCH: an object of an application was created, changed or deleted.
    receives<messages::object_news>,
    // From WATCH: a kind was listed. Decisions start when all kinds are listed and this operator is the leader.
    receives<messages::kind_synced>,
    // INTERNAL: the pause after a supervisor's crash is over.
    receives<messages::restart>,
    // Reports all applications without their history.
    answers<messages::describe, messages::operator_report>,
    // Reports one application.
    answers<messages::describe_application, messages::application_report>>;

/// WATCH: lists and watches one kind and sends its changes to OPERATOR.
using watch_actor = caf::typed_actor<
    // INTERNAL: the answer to a list, or the end of a watch.
    receives<messages::response_arrived>,
    // INTERNAL: an event of the watch.
    receives<messages::line_arrived>,
    // INTERNAL: the pause after a failure is over.
    receives<messages::tick>,
    // Reports the number of known objects.
    answers<messages::describe, messages::actor_report>>;

/// INTROSPECTION: answers pages by asking the others.
using introspection_actor = caf::typed_actor<
    // A client requested a page.
    receives<messages::page_request>>;

} // namespace actors
