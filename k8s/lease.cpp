#include "k8s/lease.hpp"

#include "k8s/json/codec.hpp"
#include "k8s/status_error.hpp"

#include <algorithm>
#include <utility>
#include <vector>

namespace k8s {

namespace wire {

struct new_lease {
  std::string api_version = k8s::api_version(leases);
  std::string kind{leases.kind};
  lease_head metadata;
  lease_spec spec;
};
BOOST_DESCRIBE_STRUCT(new_lease, (), (api_version, kind, metadata, spec))

struct kind_of_object {
  std::string kind;
};
BOOST_DESCRIBE_STRUCT(kind_of_object, (), (kind))

} // namespace wire

std::optional<lease> read_lease(std::string_view text) {
  std::vector<json::field_error> ignored; // an invalid field counts as absent
  if (json::parse<wire::kind_of_object>(text, ignored).kind != leases.kind)
    return std::nullopt;
  return json::parse<lease>(text, ignored);
}

request create_lease(const object_key& key, const lease_spec& spec) {
  return create(leases, key.ns, json::write(wire::new_lease{.metadata = {key.name, key.ns, {}}, .spec = spec}));
}

request update_lease(const lease& old, const lease_spec& spec) {
  return merge_patch(leases, {old.metadata.namespace_, old.metadata.name}, json::write(lease{old.metadata, spec}));
}

// -- next step ------------------------------------------------------------------------------------

election_step candidate::next(clock::time_point now, wall_time wall) {
  if (releasing_ && open_ == asked::nothing)
    return release_lease(now, wall);
  if (leads_ && !releasing_ && now >= leads_until())
    return lease_lost{"the Lease was not renewed for "
                      + std::to_string(std::chrono::floor<std::chrono::seconds>(now - renewed_at_).count()) + " s"
                      + (error_.empty() ? "" : ": " + error_)};
  if (leads_ && !releasing_ && held_by_other())
    return lease_lost{"the Lease was taken by " + *seen_->spec.holder_identity};
  if (open_ != asked::nothing)
    return wait_for_lease{leads_ ? leads_until() : due_}; // the answer may come sooner
  if (now < not_before_)
    return wait_for_lease{leads_ ? std::min(not_before_, leads_until()) : not_before_};
  if (!fresh_)
    return ask(asked::read, get(leases, rules_.lease), now);
  if (exists_)
    return ask(asked::update, update_lease(*seen_, claim(wall)), now);
  return ask(asked::create, create_lease(rules_.lease, claim(wall)), now);
}

/// Releases the Lease. Tries once, because a Lease that is not released expires by itself.
election_step candidate::release_lease(clock::time_point now, wall_time wall) {
  if (!leads_ || !is_ours() || release_sent_)
    return lease_released{};
  release_sent_ = true;
  return ask(asked::update, update_lease(*seen_, released_spec(wall)), now);
}

election_step candidate::ask(asked what, request r, clock::time_point now) {
  open_ = what;
  sent_at_ = now;
  due_ = now + rules_.renew_deadline / 2; // leaves a leader time for a second attempt
  if (leads_)
    due_ = std::min(due_, leads_until());
  return ask_for_lease{std::move(r), due_};
}

lease_spec candidate::claim(wall_time wall) const {
  auto now = format_micro_time(wall);
  lease_spec x{.holder_identity = rules_.identity,
               .lease_duration_seconds = static_cast<int32_t>(rules_.lease_duration.count()),
               .acquire_time = now,
               .renew_time = now,
               .lease_transitions = 0};
  if (!seen_)
    return x;
  x.lease_transitions = seen_->spec.lease_transitions.value_or(0) + (is_ours() ? 0 : 1);
  if (is_ours() && seen_->spec.acquire_time)
    x.acquire_time = seen_->spec.acquire_time;
  return x;
}

/// Returns the spec of a released Lease, as client-go writes it: no holder, and a duration of one second for clients
/// that check only the duration.
lease_spec candidate::released_spec(wall_time wall) const {
  auto x = claim(wall);
  x.holder_identity = "";
  x.lease_duration_seconds = 1;
  return x;
}

// -- answers ------------------------------------------------------------------------------------

void candidate::on_answer(int status, std::string_view body, clock::time_point now) {
  auto what = std::exchange(open_, asked::nothing);
  bool good = status >= 200 && status < 300;
  if (what == asked::nothing)
    return;
  if (good && what != asked::read)
    return on_written(body, now);
  fresh_ = false;
  if (auto x = good ? read_lease(body) : std::nullopt) {
    error_.clear();
    see(std::move(*x), now);
  } else if (status == 404 && what == asked::read) {
    error_.clear();
    exists_ = false;
  } else {
    fail(status, body);
    return pause();
  }
  fresh_ = may_take(now);
  if (!fresh_)
    pause();
}

void candidate::on_written(std::string_view body, clock::time_point now) {
  pause();
  auto x = read_lease(body);
  fresh_ = x.has_value();
  error_ = x ? "" : "the answer is not a Lease";
  if (!x)
    return; // without its version the Lease cannot be updated
  see(std::move(*x), now);
  leads_ = !release_sent_;
  renewed_at_ = sent_at_;
}

void candidate::fail(int status, std::string_view body) {
  auto refusal = decode_status_error(body);
  auto text = refusal ? refusal->message : status == 0 ? std::string{body} : std::string{};
  error_ = (status == 0 ? "no answer" : std::to_string(status)) + (text.empty() ? "" : ": " + text);
}

void candidate::see(lease x, clock::time_point now) {
  if (!seen_ || seen_->spec != x.spec)
    changed_at_ = now;
  exists_ = true;
  seen_ = std::move(x);
}

bool candidate::is_ours() const {
  return seen_ && seen_->spec.holder_identity == rules_.identity;
}

bool candidate::held_by_other() const {
  return seen_ && !seen_->spec.holder_identity.value_or("").empty() && !is_ours();
}

/// Returns true if the Lease is free, ours or expired. A deleted Lease also has to expire, because its holder may not
/// know yet that it was deleted.
bool candidate::may_take(clock::time_point now) const {
  if (!held_by_other())
    return true;
  auto duration = std::chrono::seconds{seen_->spec.lease_duration_seconds.value_or(0)};
  return now >= changed_at_ + (duration.count() > 0 ? duration : rules_.lease_duration);
}

/// Sets the time of the next request. It counts from the last one, so that the next is due at once after a timeout.
void candidate::pause() {
  auto period = static_cast<double>(rules_.retry_period.count()) * (1 + random_() * config::defaults::retry_jitter);
  not_before_ = sent_at_ + std::chrono::milliseconds{static_cast<int64_t>(period)};
}

} // namespace k8s
