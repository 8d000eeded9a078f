#include "net/thread.hpp"

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>

#include <thread>

namespace net {

namespace asio = boost::asio;

class thread::impl {
public:
  impl() : work_{context.get_executor()}, runner_{[this] { context.run(); }} {}

  ~impl() {
    context.stop();
    runner_.join();
  }

  /// Has no concurrency hint of 1: with it, a function posted from the thread itself would wait in a private queue, and
  /// a function posted later by another thread could overtake it.
  asio::io_context context;

private:
  asio::executor_work_guard<asio::io_context::executor_type> work_;
  std::thread runner_;
};

thread::thread() : impl_{std::make_unique<impl>()} {}

thread::~thread() = default;

void thread::post(std::function<void()> f) {
  asio::post(impl_->context, std::move(f));
}

void thread::post_after(clock::duration delay, std::function<void()> f) {
  auto timer = std::make_shared<asio::steady_timer>(impl_->context, delay);
  // The handler owns the timer, so nothing else can cancel it.
  timer->async_wait([timer, f = std::move(f)](boost::system::error_code ec) {
    if (!ec)
      f();
  });
}

bool thread::here() const {
  return impl_->context.get_executor().running_in_this_thread();
}

boost::asio::io_context& thread::context() {
  return impl_->context;
}

} // namespace net
