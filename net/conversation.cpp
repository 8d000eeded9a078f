#include "net/conversation.hpp"

#include <boost/asio/error.hpp>

namespace net {

namespace asio = boost::asio;

namespace {

constexpr std::size_t smallest_read = 4 * 1024;
constexpr std::size_t largest_read = 256 * 1024;

/// Doubles the buffer twice after a full read: many waiting requests stay small, and one large list is read fast.
void grow(std::string& buffer, std::size_t got) {
  if (got == buffer.size() && buffer.size() < largest_read)
    buffer.resize(buffer.size() * 4);
}

} // namespace

conversation::conversation(conversation_options options)
    : options_{std::move(options)}, lines_{options_.max_line_bytes, options_.line} {
  expect_answer();
}

void conversation::expect_answer() {
  auto kind = options_.answer_has_body ? message_reader::kind::answer : message_reader::kind::answer_to_head;
  reader_ = std::make_unique<message_reader>(kind, options_.limits, [this](message& x) {
    if (options_.line && x.status / 100 == 2)
      x.take_piece = [this](std::string_view piece) { return lines_.feed(piece); };
  });
}

asio::awaitable<bool> conversation::send(connection& link) {
  auto [error, n] = co_await link.write({asio::buffer(options_.head), asio::buffer(options_.body)});
  sent_ = n;
  if (error)
    send_error_ = "send: " + error.message();
  if (error && n == 0)
    fail(failure::broken, send_error_);
  options_.body = {};
  co_return failure_ == failure::none;
}

asio::awaitable<void> conversation::run(connection& link) {
  if (!co_await send(link))
    co_return;
  std::string buffer(smallest_read, '\0');
  std::string bytes;
  auto verdict = reading::more;
  while (verdict == reading::more) {
    auto got = co_await link.read_some(asio::buffer(buffer));
    bytes.append(buffer, 0, got.bytes);
    verdict = skip_interim(take(got, bytes), bytes);
    if (failure_ != failure::none || link.closed())
      co_return;
    grow(buffer, got.bytes);
    if (on_progress && reader_->header_done())
      on_progress();
  }
  conclude(verdict);
  // Bytes after the answer belong to no request.
  reusable_ = failure_ == failure::none && bytes.empty() && send_error_.empty() && reader_->keep_alive();
}

reading conversation::take(const transfer& got, std::string& bytes) {
  heard_ = heard_ || got.bytes > 0;
  if (got.bytes > 0)
    return reader_->feed(bytes);
  if (got.error == asio::error::eof)
    return reader_->end();
  refused_by_tls_ = !heard_ && is_tls_refusal(got.error);
  auto text = "receive: " + got.error.message();
  fail(failure::broken, send_error_.empty() ? text : send_error_);
  return reading::cut;
}

reading conversation::skip_interim(reading verdict, std::string& bytes) {
  // Interim answers such as "100 Continue" precede the answer. 101 would switch to another protocol.
  while (verdict == reading::complete && reader_->content().status / 100 == 1 && reader_->content().status != 101) {
    expect_answer();
    verdict = bytes.empty() ? reading::more : reader_->feed(bytes);
  }
  return verdict;
}

void conversation::conclude(reading verdict) {
  switch (verdict) {
  case reading::more:
  case reading::complete:
    // If only the end of the connection ends the body, a last line without line feed may be incomplete.
    if (reader_->content().take_piece && !reader_->ends_with_connection())
      lines_.finish();
    return;
  case reading::garbage:
    return fail(failure::malformed, "the answer is not HTTP: " + reader_->error_text());
  case reading::header_too_large:
    return fail(failure::malformed,
                "the answer's header exceeds " + std::to_string(options_.limits.header_bytes) + " bytes");
  case reading::body_too_large:
    return fail(failure::malformed,
                "the answer's body exceeds " + std::to_string(options_.limits.body_bytes) + " bytes");
  case reading::refused:
    return fail(failure::malformed,
                "a line of the answer exceeds " + std::to_string(options_.max_line_bytes) + " bytes");
  case reading::cut:
    return fail(failure::broken,
                heard_ ? "connection closed in the middle of the answer" : "connection closed without an answer");
  }
}

void conversation::fail(net::failure why, std::string text) {
  failure_ = why;
  detail_ = std::move(text);
}

} // namespace net
