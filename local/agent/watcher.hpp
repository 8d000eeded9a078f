// Lists and watches one kind of object over a transport, with k8s::reflector. All calls and callbacks are on the
// transport's own thread.
#pragma once

#include "k8s/decode.hpp"
#include "k8s/reflector.hpp"
#include "k8s/requests.hpp"
#include "net/thread.hpp"
#include "net/transport.hpp"

#include <boost/json.hpp>

#include <charconv>
#include <functional>
#include <memory>
#include <random>
#include <string>
#include <utility>

namespace local::agent {

/// An object with its identity where the reflector looks for it.
template <class T>
struct watched {
  /// What the reflector must know.
  struct {
    k8s::object_key key;
    std::string uid;
    std::string resource_version;
  } head;
  /// What the agent must know.
  T value;
};

/// How to reach the API server.
struct api_access {
  /// Thread of the transport.
  net::thread& io;
  /// Carries the requests.
  net::transport& transport;
  /// Scheme, host and port.
  std::string origin;
};

/// Returns `x` as the transport takes it.
inline net::request to_wire(const api_access& api, k8s::request x) {
  net::request out{api.origin, std::move(x.method), std::move(x.target), {}, std::move(x.body)};
  if (!x.content_type.empty())
    out.headers.emplace_back("Content-Type", std::move(x.content_type));
  out.headers.emplace_back("Accept", "application/json");
  return out;
}

/// Watches all objects of one type.
template <class T>
class watcher : public std::enable_shared_from_this<watcher<T>> {
public:
  /// Reads an object's JSON.
  using reader = std::function<T(const boost::json::value&)>;
  /// Called for each object that is new, changed or deleted.
  struct callbacks {
    std::function<void(const T&)> on_upsert;
    std::function<void(const T&)> on_remove;
    /// The server refuses or cannot be reached.
    std::function<void(const std::string&)> on_error;
  };

  watcher(api_access api, k8s::resource_type type, std::string ns, reader read, callbacks report)
      : api_{std::move(api)}, type_{type}, read_{std::move(read)}, report_{std::move(report)},
        reflector_{[random = std::minstd_rand{std::random_device{}()}]() mutable {
          return static_cast<double>(random() - std::minstd_rand::min()) / static_cast<double>(std::minstd_rand::max());
        }} {
    which_.ns = std::move(ns);
  }

  void start() { carry_out(reflector_.start()); }

  void stop() {
    stopped_ = true;
    api_.transport.cancel(call_);
  }

private:
  using machine = k8s::reflector<watched<T>>;
  static constexpr std::chrono::seconds list_deadline{30};

  void feed(const typename machine::input& x) {
    if (!stopped_)
      carry_out(reflector_.step(x, machine::clock::now()));
  }

  void carry_out(const typename machine::outputs& orders) {
    for (auto& order : orders)
      std::visit([this](const auto& x) { this->on(x); }, order);
  }

  void on(const k8s::do_list& x) {
    call_ = api_.transport.send(to_wire(api_, k8s::list(type_, which_, x.continue_token)),
                                net::clock::now() + list_deadline,
                                [self = this->shared_from_this()](net::response y) { self->on_page(y); });
  }

  void on(const k8s::do_watch& x) {
    auto self = this->shared_from_this();
    call_ = api_.transport.stream(
        to_wire(api_, k8s::watch(type_, which_, x.resource_version, x.timeout)), net::clock::now() + list_deadline,
        x.timeout + std::chrono::seconds{5}, [self](std::string_view line) { self->on_line(line); },
        [self](net::response y) { self->on_watch_end(y); });
  }

  void on(const k8s::do_wait& x) {
    api_.io.post_after(x.delay, [self = this->shared_from_this()] { self->feed(k8s::pause_over{}); });
  }

  // Tokens that rotate are read again by the client itself.
  void on(const k8s::reload_credentials&) {}
  void on(const k8s::synced&) {}
  void on(const k8s::upserted<watched<T>>& x) { report_.on_upsert(x.object->value); }
  void on(const k8s::removed<watched<T>>& x) { report_.on_remove(x.object->value); }

  void on_page(const net::response& x) {
    json::field_error problem;
    auto page = x.status == 200 ? k8s::split_list(x.body, problem) : std::nullopt;
    if (!page)
      return fail(x);
    k8s::list_page<watched<T>> out;
    for (auto text : page->items)
      if (auto object = decode(text))
        out.items.push_back(std::move(object));
    out.resource_version = page->resource_version;
    out.continue_token = page->continue_token;
    feed(out);
  }

  void on_line(std::string_view text) {
    json::field_error problem;
    auto line = k8s::decode_watch_line(text, problem);
    if (!line || line->error) {
      api_.transport.cancel(call_);
      feed(k8s::call_failed{line ? line->error->code : 0, {}});
      return;
    }
    auto object = line->type == k8s::watch_type::bookmark ? nullptr : decode(line->object);
    feed(k8s::watch_event<watched<T>>{line->type, std::move(object), line->resource_version});
  }

  void on_watch_end(const net::response& x) {
    if (x.failure == net::failure::none && x.status == 200)
      feed(k8s::watch_closed{});
    else
      fail(x);
  }

  void fail(const net::response& x) {
    if (stopped_)
      return;
    report_.on_error(std::string{type_.plural} + ": "
                     + (x.failure == net::failure::none ? "status " + std::to_string(x.status) : x.detail));
    k8s::call_failed out{x.status, {}};
    auto after = net::find_header(x.headers, "Retry-After");
    if (int seconds = 0; std::from_chars(after.data(), after.data() + after.size(), seconds).ec == std::errc{})
      out.retry_after = std::chrono::seconds{seconds};
    feed(out);
  }

  std::shared_ptr<const watched<T>> decode(std::string_view text) {
    json::field_error problem;
    boost::system::error_code error;
    auto meta = k8s::decode_meta(text, problem);
    auto value = boost::json::parse(boost::json::string_view{text.data(), text.size()}, error);
    if (!meta || error)
      return nullptr;
    return std::make_shared<const watched<T>>(
        watched<T>{{k8s::key_of(*meta), meta->uid, meta->resource_version}, read_(value)});
  }

  api_access api_;
  k8s::resource_type type_;
  k8s::selection which_;
  reader read_;
  callbacks report_;
  machine reflector_;
  net::request_id call_ = 0;
  bool stopped_ = false;
};

} // namespace local::agent
