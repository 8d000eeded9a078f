#include "test/simulation/world/network.hpp"

#include <algorithm>
#include <utility>

namespace simulation {

namespace model = local::model;
using namespace std::chrono_literals;

namespace {

net::response failed(net::failure x, std::string detail) {
  return {.failure = x, .detail = std::move(detail)};
}

net::response refused(int status) {
  return {
      .status = status,
      .body
      = R"({"kind":"Status","apiVersion":"v1","status":"Failure","reason":"InternalError","message":"injected","code":)"
      + std::to_string(status) + "}"};
}

bool asks_api(const net::request& x) {
  return x.origin == api_origin;
}

std::string header(const net::request& x, std::string_view name) {
  return std::string{net::find_header(x.headers, name)};
}

std::string host_of(const std::string& origin) {
  auto begin = origin.find("://") + 3;
  return origin.substr(begin, origin.find(':', begin) - begin);
}

/// "PATCH flinkapplications/status": enough to tell requests apart in a summary.
std::string label_of(const net::request& x) {
  auto path = x.target.substr(0, x.target.find('?'));
  auto last = path.substr(path.rfind('/') + 1);
  for (auto* kind : {"flinkapplications", "deployments", "services", "ingresses", "events", "pods", "leases"})
    if (path.find(std::string{"/"} + kind) != path.npos)
      return x.method + " " + kind + (last == "status" ? "/status" : "");
  return x.method + " other";
}

} // namespace

// -- the wire -------------------------------------------------------------------------------------------

wire::exchange_ptr wire::add(exchange x) {
  auto out = std::make_shared<exchange>(std::move(x));
  exchanges_[++last_] = out;
  if (exchanges_.size() % 64 == 0)
    std::erase_if(exchanges_, [](auto& y) { return !y.second->open; });
  return out;
}

net::request_id wire::send(net::request x, net::clock::time_point deadline, on_response done) {
  auto e = add({.what = std::move(x), .done = std::move(done), .line = {}});
  if (!cut_)
    through_.carry(e, deadline);
  return last_;
}

net::request_id wire::stream(net::request x, net::clock::time_point deadline, net::clock::duration, on_line line,
                             on_response done) {
  auto e = add({.what = std::move(x), .done = std::move(done), .line = std::move(line)});
  if (!cut_)
    through_.carry(e, deadline);
  return last_;
}

void wire::cancel(net::request_id id) {
  if (auto i = exchanges_.find(id); i != exchanges_.end())
    i->second->open = false;
}

void wire::cut() {
  cut_ = true;
  for (auto& [id, x] : exchanges_) {
    x->open = false;
    x->done = nullptr; // these hold actors
    x->line = nullptr;
  }
}

// -- requests ------------------------------------------------------------------------------------------

network::fate network::draw_fate() {
  if (adversary_.strikes("request lost", 6))
    return fate::lost;
  if (adversary_.strikes("answer lost", 12))
    return fate::answer_lost;
  if (adversary_.strikes("connection refused", 6))
    return fate::refused;
  if (adversary_.strikes("error after effect", 6))
    return fate::error_after_effect;
  if (adversary_.strikes("error before effect", 8))
    return fate::error_before_effect;
  if (adversary_.strikes("request duplicated", 6))
    return fate::doubled;
  return fate::fair;
}

milliseconds network::latency() {
  if (adversary_.strikes("late delivery", 10)) {
    constexpr milliseconds long_ones[] = {800ms, 3s, 8s, 17s, 35s};
    return long_ones[adversary_.choose("how late", 5)];
  }
  constexpr milliseconds usual[] = {1ms, 2ms, 3ms, 9ms, 30ms};
  return usual[adversary_.choose("latency", 5)];
}

void network::carry(const exchange_ptr& x, time_point deadline) {
  events_.at(std::max(deadline, world_.now()), [this, x] {
    if (x->open && !x->header_came)
      finish(x, failed(net::failure::timed_out, "no answer in time"));
  });
  if (!asks_api(x->what))
    x->process = world_.node().process_at(host_of(x->what.origin));
  if (on_command && x->what.method != "GET" && !asks_api(x->what))
    on_command(host_of(x->what.origin), x->what);
  if (on_write && x->what.method != "GET" && asks_api(x->what))
    on_write(x->what);
  auto how = draw_fate();
  if (how == fate::lost)
    return log(x, ": lost");
  if (how == fate::refused) {
    log(x, ": connection refused");
    events_.at(world_.now() + latency(), [this, x] { finish(x, failed(net::failure::unreachable, "refused")); });
    return;
  }
  events_.at(world_.now() + latency(), [this, x, how] { arrive(x, how); });
  if (how == fate::doubled)
    events_.at(world_.now() + latency() + latency(), [this, x] { arrive(x, fate::answer_lost); });
}

void network::arrive(const exchange_ptr& x, fate how) {
  asks_api(x->what) ? arrive_at_api(x, how) : arrive_at_job_manager(x, how);
}

void network::arrive_at_api(const exchange_ptr& x, fate how) {
  if (world_.api_server_down)
    return finish(x, failed(net::failure::unreachable, "the API server is down"));
  if (how == fate::error_before_effect) {
    constexpr int statuses[] = {500, 429, 503, 409};
    return answer(x, refused(statuses[adversary_.choose("which error", x->what.method == "GET" ? 3 : 4)]), how);
  }
  auto out = world_.api({.method = x->what.method,
                         .target = x->what.target,
                         .content_type = header(x->what, "Content-Type"),
                         .accept = header(x->what, "Accept"),
                         .body = x->what.body});
  if (!x->open && x->what.body.find(R"("replicas":)") != std::string::npos)
    scaled_late = true;
  if (x->what.method != "GET" && out.status < 300)
    if (auto label = label_of(x->what); label.find("events") == label.npos)
      ++writes[label];
  if (out.stream)
    return open_stream(x, std::move(out));
  if (how == fate::error_after_effect)
    return answer(x, refused(504), how);
  answer(x, {.status = out.status, .body = std::move(out.body)}, how);
}

void network::arrive_at_job_manager(const exchange_ptr& x, fate how) {
  auto& what = x->what;
  if (how == fate::error_before_effect)
    return answer(x, {.status = 500, .body = R"({"errors":["injected"]})"}, how);
  auto ip = host_of(what.origin);
  if (world_.node().process_at(ip) != x->process)
    return finish(x, failed(net::failure::broken, "the process at the other end is gone"));
  world_.node().ask(ip, {what.method, what.target, what.body},
                    [this, x, how](std::optional<local::simulated::answer> a) {
                      if (!a)
                        return finish(x, failed(net::failure::broken, "the connection broke"));
                      if (how == fate::error_after_effect)
                        return answer(x, {.status = 503, .body = "<html>injected</html>"}, how);
                      answer(x, {.status = a->status, .body = std::move(a->body)}, how);
                    });
}

// -- answers -------------------------------------------------------------------------------------------

void network::answer(const exchange_ptr& x, net::response r, fate how) {
  log(x, "-> " + std::to_string(r.status) + (how == fate::answer_lost ? " (the answer is lost)" : ""));
  if (how == fate::answer_lost) {
    if (adversary_.choose("how the answer is lost", 2) == 0)
      return; // no answer until the deadline
    events_.at(world_.now() + latency(), [this, x] { finish(x, failed(net::failure::broken, "connection reset")); });
    return;
  }
  events_.at(world_.now() + latency(), [this, x, r = std::move(r)]() mutable { finish(x, std::move(r)); });
}

void network::finish(const exchange_ptr& x, net::response r) {
  if (!x->open)
    return;
  x->open = false;
  if (x->done)
    std::exchange(x->done, nullptr)(std::move(r));
  x->line = nullptr;
}

void network::log(const exchange_ptr& x, const std::string& what) {
  if (trace && x->what.method != "GET")
    trace(x->what.method + " " + (asks_api(x->what) ? "" : host_of(x->what.origin)) + x->what.target + " "
          + x->what.body.substr(0, 240) + " " + what);
}

// -- watches --------------------------------------------------------------------------------------------------

void network::open_stream(const exchange_ptr& x, model::answer opened) {
  x->header_came = true;
  streams_.push_back({.with = x, .lines = std::move(opened.stream), .last_delivery = world_.now()});
  pumped_version_ = 0;
}

void network::deliver(live_stream& x, std::function<void()> what) {
  x.last_delivery = std::max(x.last_delivery, world_.now() + latency());
  events_.at(x.last_delivery, std::move(what));
}

void network::pump() {
  auto next = due();
  if (pumped_version_ == world_.store().version() && (!next || *next > world_.now()))
    return;
  pumped_version_ = world_.store().version();
  for (auto& s : streams_) {
    if (!s.with->open || s.ended) {
      s.ended = true;
      continue;
    }
    auto text = s.lines->take(world_.wall());
    for (std::size_t begin = 0; begin < text.size();) {
      auto end = text.find('\n', begin);
      deliver(s, [x = s.with, line = text.substr(begin, end - begin)] {
        if (x->open && x->line)
          x->line(line);
      });
      begin = end + 1;
    }
    if (s.lines->ended()) {
      s.ended = true;
      deliver(s, [this, x = s.with] { finish(x, {.status = 200}); });
    }
  }
  std::erase_if(streams_, [](auto& s) { return s.ended; });
}

std::optional<time_point> network::due() const {
  std::optional<time_point> first;
  for (auto& s : streams_)
    if (s.with->open && !s.ended) {
      auto t = std::max(world_.now(), beginning + (s.lines->due() - wall_at(beginning)));
      first = first ? std::min(*first, t) : t;
    }
  return first;
}

void network::cut_a_watch() {
  if (streams_.empty())
    return;
  auto& s = streams_[adversary_.choose("which watch", static_cast<uint32_t>(streams_.size()))];
  auto in_order = adversary_.choose("how it is cut", 2) == 0;
  deliver(s, [this, x = s.with, in_order] {
    finish(x, in_order ? net::response{.status = 200} : failed(net::failure::broken, "the stream broke"));
  });
  s.ended = true;
}

} // namespace simulation
