#include "local/server/front.hpp"

#include "local/server/counters.hpp"

#include <chrono>
#include <future>
#include <list>
#include <utility>

namespace local::server {

namespace {

using namespace std::chrono_literals;

// Controllers with a date, bookmarks and ends of watches are looked after this often.
constexpr auto tick = 250ms;
// main() of a job runs inside a proxied request and may take its time.
constexpr auto proxied_request = 330s;
constexpr std::size_t largest_body = 64 * 1024 * 1024; // jars go through the proxy too

/// Returns whether anybody may ask this, as with the real API server.
bool is_public(std::string_view target) {
  auto path = target.substr(0, target.find('?'));
  return path == "/healthz" || path == "/livez" || path == "/readyz" || path == "/version";
}

std::string host_in_url(const std::string& host) {
  return host.find(':') == std::string::npos ? host : "[" + host + "]";
}

/// Returns a text as the quoted part of a Warning header.
std::string warning_value(std::string_view text) {
  std::string out = "299 - \"";
  for (auto c : text) {
    if (c == '"' || c == '\\')
      out += '\\';
    out += c >= 0 && c < ' ' ? ' ' : c;
  }
  return out + "\"";
}

std::string status_text(int code, const char* reason, std::string message) {
  return model::json::serialize(model::to_status({.code = code, .reason = reason, .message = std::move(message)}));
}

} // namespace

class front::impl : public std::enable_shared_from_this<impl> {
public:
  impl(net::thread& io, net::transport& pods, model::cluster& cluster, wall_clock now, front_options options)
      : io_{io}, pods_{pods}, cluster_{cluster}, now_{std::move(now)}, options_{std::move(options)} {}

  void start() {
    net::server_options options{.address = options_.address, .port = options_.port};
    options.max_body_bytes = largest_body;
    options.tls_certificate = options_.certificate;
    options.tls_private_key = options_.private_key;
    server_ = std::make_unique<net::server>(
        io_, options, [weak = weak_from_this()](net::server_request x, std::shared_ptr<net::exchange> peer) {
          if (auto self = weak.lock())
            self->serve(std::move(x), std::move(peer));
        });
    io_.post([self = shared_from_this()] { self->keep_time(); });
  }

  void stop() {
    std::promise<void> done;
    io_.post([&] {
      stopped_ = true;
      for (auto& x : streams_)
        x.peer->end();
      streams_.clear();
      done.set_value();
    });
    done.get_future().wait();
    server_->stop();
    server_.reset();
  }

  std::string origin() const {
    auto scheme = options_.certificate.empty() ? "http://" : "https://";
    return scheme + host_in_url(options_.address) + ":" + std::to_string(server_->port());
  }

private:
  struct stream {
    std::shared_ptr<net::exchange> peer;
    std::shared_ptr<model::watch> source;
  };

  void serve(net::server_request x, std::shared_ptr<net::exchange> peer) {
    auto agent = std::string{net::find_header(x.headers, "User-Agent")};
    if (!may_ask(x))
      return reply(*peer, x, 401, "application/json", status_text(401, "Unauthorized", "Unauthorized"), {});
    if (x.target == "/metrics")
      return peer->reply(200, {{"Content-Type", "text/plain; version=0.0.4"}}, counters_.text());
    model::request asked{.method = x.method,
                         .target = x.target,
                         .content_type = std::string{net::find_header(x.headers, "Content-Type")},
                         .accept = std::string{net::find_header(x.headers, "Accept")},
                         .body = std::move(x.body)};
    auto answer = cluster_.handle(asked, now_());
    x.body = std::move(asked.body);
    if (answer.stream)
      return start_stream(x, std::move(peer), std::move(answer.stream));
    if (answer.log)
      return send_log(x, *peer, *answer.log);
    if (answer.forward)
      return forward(std::move(x), std::move(peer), *answer.forward);
    reply(*peer, x, answer.status, answer.content_type, std::move(answer.body), answer.warnings);
    if (x.method != "GET")
      look_soon();
  }

  bool may_ask(const net::server_request& x) const {
    return options_.token.empty() || is_public(x.target)
        || net::find_header(x.headers, "Authorization") == "Bearer " + options_.token;
  }

  void reply(net::exchange& peer, const net::server_request& x, int status, std::string type, std::string body,
             const std::vector<std::string>& warnings) {
    counters_.count(x.method, x.target, net::find_header(x.headers, "User-Agent"), status);
    net::header_fields fields{{"Content-Type", std::move(type)}, {"Cache-Control", "no-cache, private"}};
    for (auto& text : warnings)
      fields.emplace_back("Warning", warning_value(text));
    peer.reply(status, std::move(fields), std::move(body));
  }

  void start_stream(const net::server_request& x, std::shared_ptr<net::exchange> peer,
                    std::shared_ptr<model::watch> source) {
    counters_.count(x.method, x.target, net::find_header(x.headers, "User-Agent"), 200);
    peer->begin(200, {{"Content-Type", "application/json"}, {"Cache-Control", "no-cache, private"}});
    streams_.push_back({std::move(peer), std::move(source)});
    pump();
  }

  void send_log(const net::server_request& x, net::exchange& peer, const model::log_request& wanted) {
    auto text = options_.logs ? options_.logs(wanted) : std::nullopt;
    if (text)
      return reply(peer, x, 200, "text/plain", std::move(*text), {});
    auto message = "container " + (wanted.container.empty() ? "" : "\"" + wanted.container + "\" ") + "in pod \""
                 + wanted.pod + "\" is waiting to start: no log yet";
    reply(peer, x, 400, "application/json", status_text(400, "BadRequest", message), {});
  }

  void forward(net::server_request x, std::shared_ptr<net::exchange> peer, const model::forward_request& where) {
    net::request out{.origin = "http://" + host_in_url(where.host) + ":" + std::to_string(where.port),
                     .method = x.method,
                     .target = where.target,
                     .body = std::move(x.body)};
    for (auto* name : {"Content-Type", "Accept"})
      if (auto value = net::find_header(x.headers, name); !value.empty())
        out.headers.emplace_back(name, value);
    pods_.send(std::move(out), net::clock::now() + proxied_request,
               [weak = weak_from_this(), x = std::move(x), peer = std::move(peer)](net::response y) {
                 if (auto self = weak.lock())
                   self->pass_back(x, *peer, std::move(y));
               });
  }

  void pass_back(const net::server_request& x, net::exchange& peer, net::response y) {
    if (y.failure != net::failure::none)
      return reply(peer, x, 503, "application/json",
                   status_text(503, "ServiceUnavailable", "error trying to reach service: " + y.detail), {});
    reply(peer, x, y.status, std::string{net::find_header(y.headers, "Content-Type")}, std::move(y.body), {});
  }

  /// Runs the controllers and sends watch events once for all requests that are answered in one go.
  void look_soon() {
    if (std::exchange(look_queued_, true))
      return;
    io_.post([self = shared_from_this()] {
      self->look_queued_ = false;
      self->look();
    });
  }

  void look() {
    if (stopped_)
      return;
    cluster_.step(now_());
    pump();
  }

  void keep_time() {
    if (stopped_)
      return;
    look();
    io_.post_after(tick, [weak = weak_from_this()] {
      if (auto self = weak.lock())
        self->keep_time();
    });
  }

  void pump() {
    auto now = now_();
    streams_.remove_if([&](stream& x) {
      auto text = x.source->take(now);
      if (!text.empty() && !x.peer->write(std::move(text)))
        return true;
      if (x.source->ended())
        x.peer->end();
      return x.source->ended();
    });
  }

  net::thread& io_;
  net::transport& pods_;
  model::cluster& cluster_;
  wall_clock now_;
  front_options options_;
  std::unique_ptr<net::server> server_;
  std::list<stream> streams_;
  counters counters_;
  bool look_queued_ = false;
  bool stopped_ = false;
};

front::front(net::thread& io, net::transport& pods, model::cluster& cluster, wall_clock now, front_options options)
    : impl_{std::make_shared<impl>(io, pods, cluster, std::move(now), std::move(options))} {
  impl_->start();
}

front::~front() {
  impl_->stop();
}

std::string front::origin() const {
  return impl_->origin();
}

} // namespace local::server
