#include "actors/kubernetes_watch.hpp"

#include "actors/kubernetes_gateway.hpp"
#include "actors/random.hpp"
#include "actors/timer.hpp"
#include "config/defaults.hpp"
#include "config/log/log.hpp"
#include "flink/resource/labels.hpp"
#include "k8s/decode.hpp"
#include "k8s/reflector.hpp"
#include "k8s/status_error.hpp"

#include <charconv>
#include <random>

namespace actors {

namespace defaults = config::defaults;
namespace log = config::log;

namespace {

/// The objects of a kind that the reflector knows.
template <class T>
using store = typename k8s::reflector<T>::store;

/// Differences between kinds: path and selector, decoding, and the message to OPERATOR.
template <class T>
struct kind;

template <class T>
struct owned_kind {
  static std::string selector() { return std::string{flink::labels::application}; }
  static messages::object_news news(std::shared_ptr<const T> x, bool removed) { return {std::move(x), removed}; }
};

template <>
struct kind<k8s::deployment> : owned_kind<k8s::deployment> {
  static constexpr auto type = k8s::deployments;
  static auto decode(std::string_view text, json::field_error& problem, const store<k8s::deployment>&) {
    return k8s::decode_deployment(text, problem);
  }
};

template <>
struct kind<k8s::pod> : owned_kind<k8s::pod> {
  static constexpr auto type = k8s::pods;
  static auto decode(std::string_view text, json::field_error& problem, const store<k8s::pod>&) {
    return k8s::decode_pod(text, problem);
  }
};

template <>
struct kind<k8s::service> : owned_kind<k8s::service> {
  static constexpr auto type = k8s::services;
  static auto decode(std::string_view text, json::field_error& problem, const store<k8s::service>&) {
    return k8s::decode_service(text, problem);
  }
};

template <>
struct kind<k8s::ingress> : owned_kind<k8s::ingress> {
  static constexpr auto type = k8s::ingresses;
  static auto decode(std::string_view text, json::field_error& problem, const store<k8s::ingress>&) {
    return k8s::decode_ingress(text, problem);
  }
};

template <>
struct kind<flink::application_record> {
  static constexpr auto type = k8s::flink_applications;
  static std::string selector() { return {}; }
  static std::optional<flink::application_record> decode(std::string_view text, json::field_error& problem,
                                                         const store<flink::application_record>& earlier) {
    auto x = flink::read_record(text, [&](const k8s::object_key& key) -> const flink::application_record* {
      auto i = earlier.find(key);
      return i == earlier.end() ? nullptr : i->second.get();
    });
    if (!x.app.metadata.name.empty())
      return x;
    problem = x.errors.empty() ? json::field_error{"metadata.name", "is missing"} : x.errors.front();
    return std::nullopt;
  }
  static messages::application_news news(std::shared_ptr<const flink::application_record> x, bool removed) {
    return {std::move(x), removed};
  }
};

std::optional<std::chrono::milliseconds> retry_after(const net::response& x) {
  auto text = net::find_header(x.headers, "Retry-After");
  int seconds = 0;
  if (text.empty() || std::from_chars(text.data(), text.data() + text.size(), seconds).ec != std::errc{})
    return std::nullopt;
  return std::chrono::seconds{seconds};
}

std::string error_text(const net::response& x) {
  if (x.failure != net::failure::none)
    return x.detail;
  auto status = k8s::decode_status_error(x.body);
  return std::to_string(x.status) + (status ? " " + status->message : std::string{});
}

template <class T>
class watch_state {
public:
  static constexpr const char* name = "watch";

  using reflector = k8s::reflector<T>;

  explicit watch_state(watch_actor::pointer self) : self_{self} {}

  watch_actor::behavior_type make_behavior(operator_actor root, watch_setup setup) {
    root_ = std::move(root);
    setup_ = std::move(setup);
    random_.seed(setup_.seed);
    self_->set_exit_handler([this](caf::exit_msg& x) {
      stop_call();
      self_->quit(x.reason);
    });
    carry_out(reflector_.start());
    return {
        [this](messages::response_arrived& x) { on(x); },
        [this](messages::line_arrived& x) { on(x); },
        [this](messages::tick x) { on(x); },
        [this](messages::describe) { return report(); },
    };
  }

private:
  using kind_of = kind<T>;

  static std::string kind_name() { return std::string{kind_of::type.plural}; }

  void on(messages::response_arrived& x) {
    if (x.id != call_id_)
      return;
    call_ = 0;
    bool good = x.response.failure == net::failure::none && x.response.status >= 200 && x.response.status < 300;
    if (!good)
      return failed(x.response);
    listing_ ? listed(x.response) : step(k8s::watch_closed{});
  }

  void failed(const net::response& x) {
    setup_.counters->watch_failed(kind_name());
    // A watch that was silent for too long only ends; the reflector opens the next one.
    bool quiet = !listing_ && x.failure == net::failure::timed_out;
    if (!quiet)
      log::warn("watch-failed", "", kind_name() + ": " + error_text(x), {{"kind", kind_name()}});
    step(k8s::call_failed{x.status, retry_after(x)});
  }

  void listed(const net::response& x) {
    json::field_error problem;
    auto page = k8s::split_list(x.body, problem);
    if (!page) {
      log::warn("list-unreadable", "", kind_name() + ": " + json::to_string(problem), {{"kind", kind_name()}});
      return step(k8s::call_failed{});
    }
    k8s::list_page<T> out{.resource_version = page->resource_version, .continue_token = page->continue_token};
    for (auto& text : page->items)
      if (auto object = read(text))
        out.items.push_back(std::move(object));
    step(std::move(out));
  }

  void on(messages::line_arrived& x) {
    if (x.id != call_id_)
      return;
    json::field_error problem;
    auto line = k8s::decode_watch_line(x.line, problem);
    if (!line) {
      log::warn("watch-line-unreadable", "", kind_name() + ": " + json::to_string(problem), {{"kind", kind_name()}});
      stop_call();
      return step(k8s::call_failed{});
    }
    if (line->type == k8s::watch_type::error) {
      stop_call();
      return step(k8s::call_failed{line->error ? line->error->code : 0, std::nullopt});
    }
    k8s::watch_event<T> event{.type = line->type, .resource_version = line->resource_version};
    if (line->type != k8s::watch_type::bookmark)
      event.object = read(line->object);
    step(std::move(event));
  }

  void on(messages::tick x) {
    if (pause_.fired(self_, x))
      step(k8s::pause_over{});
  }

  std::shared_ptr<const T> read(std::string_view text) {
    json::field_error problem;
    if (auto x = kind_of::decode(text, problem, reflector_.objects()))
      return std::make_shared<const T>(std::move(*x));
    log::warn("object-unreadable", "", kind_name() + ": " + json::to_string(problem), {{"kind", kind_name()}});
    return nullptr;
  }

  void step(typename reflector::input x) { carry_out(reflector_.step(x, self_->clock().now())); }

  void carry_out(typename reflector::outputs todo) {
    for (auto& x : todo)
      std::visit([this](auto& y) { this->carry_out_one(y); }, x);
  }

  void carry_out_one(const k8s::do_list& x) {
    if (x.continue_token.empty())
      setup_.counters->relisted(kind_name());
    call(k8s::list(kind_of::type, which(), x.continue_token), true, {});
  }

  void carry_out_one(const k8s::do_watch& x) {
    call(k8s::watch(kind_of::type, which(), x.resource_version, x.timeout), false,
         x.timeout + defaults::watch_idle_margin);
  }

  void carry_out_one(const k8s::do_wait& x) {
    stop_call();
    pause_.arm(self_, x.delay);
  }

  void carry_out_one(const k8s::reload_credentials&) {
    // The transport reads the credentials again by itself after a 401.
  }

  void carry_out_one(const k8s::upserted<T>& x) { self_->send(root_, kind_of::news(x.object, false)); }
  void carry_out_one(const k8s::removed<T>& x) { self_->send(root_, kind_of::news(x.object, true)); }
  void carry_out_one(const k8s::synced&) { self_->send(root_, messages::kind_synced{kind_name()}); }

  k8s::selection which() const { return {.ns = setup_.ns, .label_selector = kind_of::selector()}; }

  /// Starts a list or a watch and cancels the call before it.
  void call(const k8s::request& request, bool listing, std::chrono::seconds idle) {
    stop_call();
    listing_ = listing;
    auto id = ++call_id_;
    auto me = watch_actor{self_};
    auto deadline = self_->clock().now() + defaults::kubernetes_timeout;
    auto done = [me, id](net::response r) { caf::anon_send(me, messages::response_arrived{id, std::move(r)}); };
    auto http = to_http(setup_.origin, request);
    if (listing)
      call_ = setup_.transport->send(std::move(http), deadline, done);
    else
      call_ = setup_.transport->stream(
          std::move(http), deadline, idle,
          [me, id](std::string_view line) { caf::anon_send(me, messages::line_arrived{id, std::string{line}}); }, done);
  }

  void stop_call() {
    if (call_ != 0)
      setup_.transport->cancel(call_);
    call_ = 0;
    ++call_id_;
  }

  messages::actor_report report() const {
    return {.name = "watch " + kind_name(),
            .mailbox = mailbox_size(self_),
            .state = std::string{listing_ ? "listing" : "watching"} + ", " + std::to_string(reflector_.objects().size())
                   + " objects"};
  }

  watch_actor::pointer self_;
  operator_actor root_;
  watch_setup setup_;
  std::mt19937_64 random_;
  reflector reflector_{[this] { return draw_unit(random_); }};
  timer pause_;
  net::request_id call_ = 0;
  uint64_t call_id_ = 0;
  bool listing_ = true;
};

template <class T>
watch_actor::behavior_type watch(watch_actor::stateful_pointer<watch_state<T>> self, operator_actor root,
                                 watch_setup setup) {
  exit_on_exception(self);
  return state_of(self).make_behavior(std::move(root), std::move(setup));
}

template <class T>
watch_actor spawn_watch(caf::actor_system& sys, operator_actor root, watch_setup setup, uint64_t number) {
  setup.seed += number;
  return sys.spawn(watch<T>, std::move(root), std::move(setup));
}

} // namespace

std::vector<watch_actor> spawn_watches(caf::actor_system& sys, operator_actor root, const watch_setup& setup) {
  return {spawn_watch<flink::application_record>(sys, root, setup, 1),
          spawn_watch<k8s::deployment>(sys, root, setup, 2), spawn_watch<k8s::pod>(sys, root, setup, 3),
          spawn_watch<k8s::service>(sys, root, setup, 4), spawn_watch<k8s::ingress>(sys, root, setup, 5)};
}

const std::vector<std::string>& watched_kinds() {
  static const std::vector<std::string> all{std::string{k8s::flink_applications.plural},
                                            std::string{k8s::deployments.plural}, std::string{k8s::pods.plural},
                                            std::string{k8s::services.plural}, std::string{k8s::ingresses.plural}};
  return all;
}

} // namespace actors
