#include "net/session.hpp"

#include "net/answer.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>

#include <charconv>

namespace net {

namespace asio = boost::asio;

namespace {

constexpr std::size_t read_size = 8 * 1024;
/// Small chunks are joined up to this size. Each write of this size gets its own timeout.
constexpr std::size_t write_size = 64 * 1024;
/// Most bytes that a client may send before it has read the answer.
constexpr std::size_t most_pipelined = 64 * 1024;
/// Time for the last answer to arrive before the socket is closed.
constexpr auto linger_time = std::chrono::seconds{1};

bool has_no_body(int status) {
  return status / 100 == 1 || status == 204 || status == 304;
}

std::string chunk_of(const std::string& bytes) {
  char size[16];
  auto end = std::to_chars(std::begin(size), std::end(size), bytes.size(), 16).ptr;
  std::string out{size, end};
  return out.append("\r\n").append(bytes).append("\r\n");
}

} // namespace

session::session(std::shared_ptr<const session_environment> environment, std::shared_ptr<connection> link)
    : environment_{std::move(environment)}, link_{std::move(link)},
      reading_{environment_->context, [this] { close(); }}, writing_{environment_->context, [this] { close(); }} {}

void session::start() {
  asio::co_spawn(environment_->context, read_loop(shared_from_this()), asio::detached);
}

clock::time_point session::idle_since() const {
  return idle_since_;
}

// -- reading --------------------------------------------------------------------------------------

asio::awaitable<bool> session::handshake() {
  if (!environment_->identity)
    co_return true;
  auto error = co_await link_->accept_tls(environment_->identity);
  co_return error.empty();
}

asio::awaitable<void> session::read_loop(std::shared_ptr<session> self) {
  // A new connection gets less time for its first request than an idle one for its next.
  reading_.watch(clock::now() + environment_->options.io_timeout);
  if (!co_await handshake())
    co_return close();
  idle_since_ = clock::now();
  std::string buffer(read_size, '\0');
  while (!closed_) {
    auto got = co_await link_->read_some(asio::buffer(buffer));
    if (closed_)
      co_return;
    if (got.error)
      co_return got.error == asio::error::eof ? peer_left() : close();
    if (lingering_)
      continue;
    pending_.append(buffer, 0, got.bytes);
    if (current_ && pending_.size() > most_pipelined)
      co_return close();
    advance();
  }
}

void session::advance() {
  while (!current_ && !closed_ && !lingering_) {
    if (!reader_)
      pending_.erase(0, pending_.find_first_not_of("\r\n")); // some clients end a body with an empty line
    if (pending_.empty())
      return;
    if (!reader_)
      expect_message();
    switch (reader_->feed(pending_)) {
    case reading::more:
      return;
    case reading::complete:
      dispatch();
      break;
    case reading::header_too_large:
      return refuse(431, "the request header is too large");
    case reading::body_too_large:
      return refuse(413, "the request body is too large");
    case reading::garbage:
    case reading::cut:
    case reading::refused:
      return refuse(400, reader_->error_text());
    }
  }
}

void session::await_request() {
  idle_since_ = clock::now();
  reading_.watch(idle_since_ + environment_->options.idle_timeout);
}

void session::expect_message() {
  idle_since_ = clock::time_point::max();
  reading_.watch(clock::now() + environment_->options.io_timeout);
  auto& options = environment_->options;
  reader_ = std::make_unique<message_reader>(message_reader::kind::request,
                                             message_limits{options.max_header_bytes, options.max_body_bytes},
                                             [this](message& x) { on_header(x); });
}

void session::on_header(const message& x) {
  if (find_header(x.headers, "Expect") == "100-continue" && x.version >= 11)
    enqueue("HTTP/1.1 100 Continue\r\n\r\n");
}

void session::dispatch() {
  auto& x = reader_->content();
  head_only_ = x.method == "HEAD";
  old_client_ = x.version < 11;
  keep_alive_ = reader_->keep_alive() && !winding_down_;
  begun_ = answered_ = false;
  current_ = std::make_shared<answer_link>();
  current_->home = weak_from_this();
  current_->context = &environment_->context;
  server_request asked{std::move(x.method), std::move(x.target), std::move(x.headers), std::move(x.body)};
  reader_ = nullptr;
  reading_.disarm();
  try {
    environment_->handler(std::move(asked), make_answer(current_));
  } catch (const std::exception&) {
    // The exception has dropped the exchange, which has sent 500.
  }
}

void session::refuse(int status, std::string_view why) {
  reader_ = nullptr;
  current_ = std::make_shared<answer_link>();
  head_only_ = old_client_ = keep_alive_ = begun_ = answered_ = false;
  reply(current_, status, {{"Content-Type", "text/plain"}}, std::string{why} + "\n");
}

// -- answering -------------------------------------------------------------------------------------

void session::reply(const std::shared_ptr<answer_link>& from, int status, const header_fields& headers,
                    std::string body) {
  if (!is_current(from) || begun_ || answered_)
    return;
  keep_alive_ = keep_alive_ && !winding_down_ && find_header(headers, "Connection") != "close";
  auto bodyless = has_no_body(status);
  auto head = answer_head(status, headers, {bodyless ? framing::none : framing::length, body.size(), keep_alive_});
  answered_ = true;
  if (!bodyless && !head_only_)
    head += body;
  enqueue(std::move(head));
}

void session::begin(const std::shared_ptr<answer_link>& from, int status, const header_fields& headers) {
  if (!is_current(from) || begun_ || answered_)
    return;
  begun_ = true;
  framing_ = has_no_body(status) ? framing::none : old_client_ ? framing::until_close : framing::chunked;
  keep_alive_ = keep_alive_ && framing_ != framing::until_close;
  enqueue(answer_head(status, headers, {framing_, 0, keep_alive_}));
  if (from->gone)
    close(); // the peer has closed the connection
}

void session::write(const std::shared_ptr<answer_link>& from, std::string chunk) {
  // An empty chunk would mark the end of the body.
  if (!is_current(from) || !begun_ || answered_ || chunk.empty() || head_only_ || framing_ == framing::none) {
    from->queued -= chunk.size();
    return;
  }
  auto size = chunk.size();
  enqueue(framing_ == framing::chunked ? chunk_of(chunk) : std::move(chunk), size);
}

void session::end(const std::shared_ptr<answer_link>& from) {
  if (!is_current(from) || !begun_ || answered_)
    return;
  answered_ = true;
  enqueue(framing_ == framing::chunked && !head_only_ ? "0\r\n\r\n" : "");
}

void session::on_closed(const std::shared_ptr<answer_link>& from, std::function<void()> f) {
  if (is_current(from) && !from->gone)
    close_callbacks_.push_back(std::move(f));
  else if (from->gone)
    f();
}

void session::cut(const std::shared_ptr<answer_link>& from) {
  if (is_current(from))
    close();
}

void session::enqueue(std::string bytes, std::size_t counted) {
  queue_.push_back({std::move(bytes), counted});
  if (writer_runs_)
    return;
  writer_runs_ = true;
  asio::co_spawn(environment_->context, write_loop(shared_from_this()), asio::detached);
}

asio::awaitable<void> session::write_loop(std::shared_ptr<session> self) {
  while (!queue_.empty() && !closed_) {
    auto [bytes, counted] = std::move(queue_.front());
    queue_.pop_front();
    while (!queue_.empty() && bytes.size() + queue_.front().bytes.size() <= write_size) {
      bytes += queue_.front().bytes;
      counted += queue_.front().counted;
      queue_.pop_front();
    }
    for (std::size_t sent = 0; sent < bytes.size(); sent += write_size) {
      writing_.watch(clock::now() + environment_->options.io_timeout);
      auto part = asio::buffer(asio::buffer(bytes) + sent, write_size);
      auto done = co_await link_->write({asio::const_buffer{part}, asio::const_buffer{}});
      if (closed_ || done.error)
        co_return close();
    }
    if (current_)
      current_->queued -= counted;
  }
  writing_.disarm();
  writer_runs_ = false;
  if (answered_ && current_ && !closed_)
    complete();
}

void session::complete() {
  current_ = nullptr;
  // The callbacks may own the exchange: destroy them after this object's state is consistent.
  auto callbacks = std::exchange(close_callbacks_, {});
  if (!keep_alive_ || winding_down_)
    return linger();
  await_request();
  advance();
}

// -- ending ----------------------------------------------------------------------------------------

void session::peer_left() {
  if (!current_ || lingering_ || (begun_ && !answered_))
    return close();
  // The peer may have closed only its sending direction. A complete answer is still sent.
  keep_alive_ = false;
  if (!answered_)
    notify_gone();
}

void session::notify_gone() {
  if (current_)
    current_->gone = true;
  for (auto& f : std::exchange(close_callbacks_, {}))
    f();
}

void session::linger() {
  // Closing with unread bytes would send a reset, and the peer could lose the answer.
  lingering_ = true;
  idle_since_ = clock::time_point::max();
  link_->finish_sending();
  reading_.watch(clock::now() + linger_time);
}

void session::wind_down() {
  winding_down_ = true;
  if (!current_ && !lingering_)
    close();
}

void session::close() {
  if (closed_)
    return;
  auto self = shared_from_this();
  closed_ = true;
  reading_.disarm();
  writing_.disarm();
  link_->close();
  if (!answered_)
    notify_gone();
  close_callbacks_.clear();
  current_ = nullptr;
  environment_->on_closed(this);
}

} // namespace net
