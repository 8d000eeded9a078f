#include "net/pool.hpp"

#include <boost/asio/io_context.hpp>

#include <algorithm>

namespace net {

pool::pool(boost::asio::io_context& context, clock::duration keep_alive, std::size_t max_idle_per_origin)
    : context_{context}, keep_alive_{keep_alive}, max_idle_{max_idle_per_origin} {}

std::shared_ptr<connection> pool::take(const std::string& origin) {
  auto i = shelves_.find(origin);
  while (i != shelves_.end() && !i->second.empty()) {
    auto link = i->second.back().link;
    i->second.pop_back();
    link->stop_listening();
    // The peer may have closed the connection without our handler having run yet.
    if (link->silent())
      return link;
    link->close();
  }
  return nullptr;
}

void pool::keep(const std::string& origin, std::shared_ptr<connection> x) {
  if (max_idle_ == 0 || !x->silent())
    return x->close();
  auto& idle = shelves_[origin];
  if (idle.size() == max_idle_) {
    discard(idle.front());
    idle.pop_front();
  }
  auto leave = [this, origin, link = x.get()] { remove(origin, link); };
  x->listen(leave);
  idle.emplace_back(std::move(x), context_, leave).age.watch(clock::now() + keep_alive_);
}

void pool::drop(const std::string& origin) {
  auto i = shelves_.find(origin);
  if (i == shelves_.end())
    return;
  std::ranges::for_each(i->second, discard);
  shelves_.erase(i);
}

void pool::clear() {
  while (!shelves_.empty())
    drop(std::string{shelves_.begin()->first});
}

void pool::remove(const std::string& origin, const connection* x) {
  auto shelf = shelves_.find(origin);
  if (shelf == shelves_.end())
    return;
  auto i = std::ranges::find(shelf->second, x, [](auto& y) { return y.link.get(); });
  if (i == shelf->second.end())
    return;
  discard(*i);
  shelf->second.erase(i);
  // Pods come and go, so empty entries would accumulate.
  if (shelf->second.empty())
    shelves_.erase(shelf);
}

void pool::discard(idle_connection& x) {
  x.link->stop_listening();
  x.link->close();
}

} // namespace net
