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
  std::vector<json::complaint> ignored; // a field that cannot be read counts as absent
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

// -- what comes next ------------------------------------------------------------------------------------

election_step candidate::next(clock::time_point now, wall_time wall) {
  if (giving_up_ && open_ == asked::nothing)
    return hand_back(now, wall);
  if (leads_ && !giving_up_ && now >= leads_until())
    return lease_lost{"not renewed for "
                      + std::to_string(std::chrono::floor<std::chrono::seconds>(now - renewed_at_).count()) + " s"
                      + (trouble_.empty() ? "" : ": " + trouble_)};
  if (leads_ && !giving_up_ && is_anothers())
    return lease_lost{*seen_->spec.holder_identity + " has taken the Lease"};
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

/// One try: a Lease that could not be given back runs out by itself.
election_step candidate::hand_back(clock::time_point now, wall_time wall) {
  if (!leads_ || !is_ours() || farewell_sent_)
    return lease_given_up{};
  farewell_sent_ = true;
  return ask(asked::update, update_lease(*seen_, farewell(wall)), now);
}

election_step candidate::ask(asked what, request r, clock::time_point now) {
  open_ = what;
  sent_at_ = now;
  due_ = now + rules_.renew_deadline / 2; // so that a leader has a second try
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

/// As client-go leaves it: nobody's, and over at once for those who look at the duration only.
lease_spec candidate::farewell(wall_time wall) const {
  auto x = claim(wall);
  x.holder_identity = "";
  x.lease_duration_seconds = 1;
  return x;
}

// -- what was answered ------------------------------------------------------------------------------------

void candidate::on_answer(int status, std::string_view body, clock::time_point now) {
  auto what = std::exchange(open_, asked::nothing);
  bool good = status >= 200 && status < 300;
  if (what == asked::nothing)
    return;
  if (good && what != asked::read)
    return written(body, now);
  fresh_ = false;
  if (auto x = good ? read_lease(body) : std::nullopt) {
    trouble_.clear();
    see(std::move(*x), now);
  } else if (status == 404 && what == asked::read) {
    trouble_.clear();
    exists_ = false;
  } else {
    fail(status, body);
    return pause();
  }
  fresh_ = may_be_taken(now);
  if (!fresh_)
    pause();
}

void candidate::written(std::string_view body, clock::time_point now) {
  pause();
  auto x = read_lease(body);
  fresh_ = x.has_value();
  trouble_ = x ? "" : "the answer is no Lease";
  if (!x)
    return; // without its version nothing can be done with it
  see(std::move(*x), now);
  leads_ = !farewell_sent_;
  renewed_at_ = sent_at_;
}

void candidate::fail(int status, std::string_view body) {
  auto refusal = decode_status_error(body);
  auto words = refusal ? refusal->message : status == 0 ? std::string{body} : std::string{};
  trouble_ = (status == 0 ? "no answer" : std::to_string(status)) + (words.empty() ? "" : ": " + words);
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

bool candidate::is_anothers() const {
  return seen_ && !seen_->spec.holder_identity.value_or("").empty() && !is_ours();
}

/// A Lease that has vanished under its holder is waited out like one that is there: the holder may not know it yet.
bool candidate::may_be_taken(clock::time_point now) const {
  if (!is_anothers())
    return true;
  auto promised = std::chrono::seconds{seen_->spec.lease_duration_seconds.value_or(0)};
  return now >= changed_at_ + (promised.count() > 0 ? promised : rules_.lease_duration);
}

/// Counted from the sending: after a time-out the next try is due.
void candidate::pause() {
  auto period = static_cast<double>(rules_.retry_period.count()) * (1 + random_() * config::defaults::retry_jitter);
  not_before_ = sent_at_ + std::chrono::milliseconds{static_cast<int64_t>(period)};
}

} // namespace k8s
