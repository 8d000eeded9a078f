// Registers every message with CAF. CAF 0.17 does not need the ids; later releases do.
// Contains no messages of its own.
#pragma once

#include "messages/kubernetes.hpp"
#include "messages/lifecycle.hpp"

#include <caf/allowed_unsafe_message_type.hpp>
#include <caf/type_id.hpp>

CAF_BEGIN_TYPE_ID_BLOCK(flink_operator, caf::first_custom_type_id)

  CAF_ADD_TYPE_ID(flink_operator, (messages::kube_request))
  CAF_ADD_TYPE_ID(flink_operator, (messages::flink_request))
  CAF_ADD_TYPE_ID(flink_operator, (messages::answer))
  CAF_ADD_TYPE_ID(flink_operator, (messages::object_news))
  CAF_ADD_TYPE_ID(flink_operator, (messages::application_news))
  CAF_ADD_TYPE_ID(flink_operator, (messages::kind_synced))
  CAF_ADD_TYPE_ID(flink_operator, (messages::response_arrived))
  CAF_ADD_TYPE_ID(flink_operator, (messages::line_arrived))
  CAF_ADD_TYPE_ID(flink_operator, (messages::tick))
  CAF_ADD_TYPE_ID(flink_operator, (messages::restart))
  CAF_ADD_TYPE_ID(flink_operator, (messages::acquire_lease))
  CAF_ADD_TYPE_ID(flink_operator, (messages::lease_acquired))
  CAF_ADD_TYPE_ID(flink_operator, (messages::release_lease))
  CAF_ADD_TYPE_ID(flink_operator, (messages::lease_released))
  CAF_ADD_TYPE_ID(flink_operator, (messages::describe))
  CAF_ADD_TYPE_ID(flink_operator, (messages::page_request))
  CAF_ADD_TYPE_ID(flink_operator, (messages::application_report))
  CAF_ADD_TYPE_ID(flink_operator, (messages::actor_report))
  CAF_ADD_TYPE_ID(flink_operator, (messages::election_report))
  CAF_ADD_TYPE_ID(flink_operator, (messages::operator_report))
  CAF_ADD_TYPE_ID(flink_operator, (messages::describe_application))

CAF_END_TYPE_ID_BLOCK(flink_operator)

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(messages::kube_request)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(messages::flink_request)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(messages::answer)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(messages::object_news)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(messages::application_news)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(messages::kind_synced)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(messages::response_arrived)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(messages::line_arrived)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(messages::tick)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(messages::restart)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(messages::acquire_lease)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(messages::lease_acquired)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(messages::release_lease)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(messages::lease_released)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(messages::describe)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(messages::page_request)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(messages::application_report)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(messages::actor_report)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(messages::election_report)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(messages::operator_report)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(messages::describe_application)
