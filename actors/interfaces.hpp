// What each actor answers to. One page: who waits for what is read off here.
#pragma once

#include "actors/caf.hpp"
#include "messages/type_ids.hpp"

namespace actors {

/// KUBE: all single requests to the API server; writes share one token bucket, fair over applications.
using kube_actor = caf::typed_actor<
    // Sends one request; always answers, at the latest at the deadline.
    answers<messages::kube_request, messages::answer>,
    // How many requests wait and fly.
    answers<messages::describe, messages::actor_report>,
    // INTERNAL: the transport has an answer.
    receives<messages::response_arrived>,
    // INTERNAL: tokens have come in, or deadlines have passed.
    receives<messages::tick>>;

/// FLINK: all requests to JobManagers; a lane and a breaker per cluster.
using flink_actor = caf::typed_actor<
    // Sends one request; always answers, at the latest at the deadline.
    answers<messages::flink_request, messages::answer>,
    // Lanes and open breakers.
    answers<messages::describe, messages::actor_report>,
    // INTERNAL: the transport has an answer.
    receives<messages::response_arrived>,
    // INTERNAL: deadlines have passed.
    receives<messages::tick>>;

/// ELECTION: of several operators one acts.
using election_actor = caf::typed_actor<
    // From OPERATOR, when its pictures are warm: stand for election. Answered when this operator may act.
    answers<messages::stand, messages::lead>,
    // Everything that acted has ended: let another operator go on. Answered when it may.
    answers<messages::release, messages::released>,
    // Who leads.
    answers<messages::describe, messages::election_report>,
    // INTERNAL: the transport has an answer.
    receives<messages::response_arrived>,
    // INTERNAL: time for the next look at the Lease, or too late for it.
    receives<messages::tick>>;

/// APPLICATION: supervisor of one FlinkApplication.
using application_actor = caf::typed_actor<
    // The resource was created, edited or its status written; or it is gone.
    receives<messages::application_news>,
    // One of its objects changed.
    receives<messages::object_news>,
    // Everything about it.
    answers<messages::describe, messages::application_report>,
    // INTERNAL: time to look again.
    receives<messages::tick>>;

/// OPERATOR: knows every application, starts and restarts their supervisors.
using operator_actor = caf::typed_actor<
    // From WATCH.
    receives<messages::application_news>,
    // From WATCH.
    receives<messages::object_news>,
    // From WATCH: decisions begin when every kind has been seen once and ELECTION says so.
    receives<messages::kind_synced>,
    // INTERNAL: the pause of a crashed supervisor is over.
    receives<messages::restart>,
    // All actors and applications.
    answers<messages::describe, messages::operator_report>,
    // One application.
    answers<messages::describe_application, messages::application_report>>;

/// WATCH: keeps one kind's picture true and tells OPERATOR what changes in it.
using watch_actor = caf::typed_actor<
    // INTERNAL: a list, or the end of a watch.
    receives<messages::response_arrived>,
    // INTERNAL: an event of the watch.
    receives<messages::line_arrived>,
    // INTERNAL: a pause is over.
    receives<messages::tick>,
    // Version and size of the picture.
    answers<messages::describe, messages::actor_report>>;

/// INTROSPECTION: answers pages by asking the others.
using introspection_actor = caf::typed_actor<
    // A page was asked for.
    receives<messages::query>>;

} // namespace actors
