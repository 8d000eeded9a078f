#include "net/answer.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>

namespace net {

namespace {

/// Most bytes that may be queued for one peer; a slower reader is cut off.
constexpr std::size_t most_queued = 16 * 1024 * 1024;

class answer final : public exchange {
public:
  explicit answer(std::shared_ptr<answer_link> link) : link_{std::move(link)} {}

  ~answer() override {
    auto was = state_.exchange(state::ended);
    if (was == state::fresh)
      post_to_session([](session& x, auto& link) { x.reply(link, 500, {}, "the request was dropped\n"); });
    else if (was == state::begun)
      post_to_session([](session& x, auto& link) { x.cut(link); });
  }

  void reply(int status, header_fields headers, std::string body) override {
    if (!move_on(state::fresh, state::ended))
      return;
    post_to_session([status, headers = std::move(headers), body = std::move(body)](session& x, auto& link) mutable {
      x.reply(link, status, headers, std::move(body));
    });
  }

  void begin(int status, header_fields headers) override {
    if (!move_on(state::fresh, state::begun))
      return;
    post_to_session([status, headers = std::move(headers)](session& x, auto& link) { x.begin(link, status, headers); });
  }

  bool write(std::string chunk) override {
    if (link_->gone || state_ != state::begun)
      return false;
    if (link_->queued.fetch_add(chunk.size()) + chunk.size() > most_queued) {
      link_->gone = true;
      post_to_session([](session& x, auto& link) { x.cut(link); });
      return false;
    }
    post_to_session([chunk = std::move(chunk)](session& x, auto& link) mutable { x.write(link, std::move(chunk)); });
    return true;
  }

  void end() override {
    if (move_on(state::begun, state::ended))
      post_to_session([](session& x, auto& link) { x.end(link); });
  }

  void on_closed(std::function<void()> f) override {
    post_to_session([f = std::move(f)](session& x, auto& link) mutable { x.on_closed(link, std::move(f)); });
  }

private:
  /// Progress of the answer.
  enum class state { fresh, begun, ended };

  bool move_on(state from, state to) { return state_.compare_exchange_strong(from, to); }

  /// Runs `f` with the session on the io thread, unless the session has closed.
  template <class F>
  void post_to_session(F f) {
    if (auto home = link_->home.lock())
      boost::asio::post(*link_->context, [home, link = link_, f = std::move(f)]() mutable { f(*home, link); });
  }

  std::shared_ptr<answer_link> link_;
  std::atomic<state> state_ = state::fresh;
};

} // namespace

std::shared_ptr<exchange> make_answer(std::shared_ptr<answer_link> link) {
  return std::make_shared<answer>(std::move(link));
}

} // namespace net
