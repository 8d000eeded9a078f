#include "test/threads/world.hpp"

namespace threads {

namespace {

/// Events that a watch of applications brings before it ends in order.
constexpr int events_per_watch = 20;

} // namespace

world::world() : server_{io_, {}, [this](net::server_request x, exchange_ptr answer) { serve(x, answer); }} {}

std::string world::origin() const {
  return "http://127.0.0.1:" + std::to_string(server_.port());
}

std::string world::application(const std::string& name, int version, const std::string& status) const {
  return R"({"apiVersion":"flink.k8s.io/v1beta1","kind":"FlinkApplication","metadata":{"name":")" + name
       + R"(","namespace":"ns","uid":"uid-)" + name + R"(","resourceVersion":")" + std::to_string(version)
       + R"(","generation":)" + std::to_string(version) + R"(,"finalizers":["job.finalizers.flink.k8s.io"]},)"
       + R"("spec":{"image":"image:)" + std::to_string(version) + R"(","jarName":"job.jar","parallelism":1},"status":)"
       + status + "}";
}

void world::serve(const net::server_request& x, const exchange_ptr& answer) {
  auto path = x.target.substr(0, x.target.find('?'));
  bool applications = path.ends_with("/flinkapplications");
  if (path.find(silence) != std::string::npos) {
    // Held until the peer gives up: a dropped exchange would be answered with 500.
    auto held = std::make_shared<exchange_ptr>(answer);
    return answer->on_closed([held] { held->reset(); });
  }
  if (x.target.find("watch=1") != std::string::npos)
    return stream(applications, answer);
  if (x.method == "GET" && x.target.find("limit=") != std::string::npos)
    return answer_list(path, answer);
  auto status = x.method == "POST" ? 201 : 200;
  auto body = path.find("/flinkapplications/") == std::string::npos ? x.body : patched(path, x.body);
  if (++turn_ % 2 == 0)
    return answer->reply(status, {}, std::move(body));
  aside_.post([answer, status, body] { answer->reply(status, {}, body); });
}

std::string world::patched(const std::string& path, const std::string& patch) {
  auto name = path.substr(path.find("/flinkapplications/") + std::string_view{"/flinkapplications/"}.size(), 1);
  auto at = patch.find(R"("status":)");
  if (at == std::string::npos)
    return application(name, ++version_);
  return application(name, ++version_, patch.substr(at + 9, patch.size() - at - 10));
}

void world::answer_list(const std::string& path, const exchange_ptr& answer) {
  std::string items;
  if (path.ends_with("/flinkapplications"))
    for (auto* name : {"a", "b", "c"})
      items += (items.empty() ? "" : ",") + application(name, version_);
  answer->reply(200, {}, R"({"metadata":{"resourceVersion":"1"},"items":[)" + items + "]}");
}

void world::stream(bool applications, const exchange_ptr& answer) {
  answer->begin(200, {});
  if (!applications)
    return answer->on_closed([held = std::make_shared<exchange_ptr>(answer)] { held->reset(); });
  aside_.post([this, answer] {
    for (int i = 0; i < events_per_watch; ++i)
      answer->write(R"({"type":"MODIFIED","object":)" + application("a", ++version_) + "}\n");
    answer->end();
  });
}

} // namespace threads
