// INTERNAL to net/: one request and its answer over one connection.
// Has no deadlines and does not retry: see client_call.cpp.
#pragma once

#include "net/connection.hpp"
#include "net/lines.hpp"
#include "net/message_reader.hpp"

#include <memory>
#include <string>

namespace net {

/// Request and limits of a conversation.
struct conversation_options {
  /// Request line and header fields, including the empty line.
  std::string head;
  std::string body;
  /// False for HEAD: its answer has no body, although its header may announce one.
  bool answer_has_body = true;
  message_limits limits;
  std::size_t max_line_bytes = 0;
  /// Set for a stream: receives the lines of a 2xx answer.
  line_splitter::sink line;
};

/// One request and its answer. Runs once; afterwards its members contain the result.
class conversation {
public:
  explicit conversation(conversation_options options);

  /// Called when the header of the answer has arrived, and after each read from then on.
  std::function<void()> on_progress;

  /// Sends and receives until the answer is complete or something fails. The caller keeps this object alive.
  boost::asio::awaitable<void> run(connection& link);

  /// Returns why there is no answer; failure::none if there is one.
  net::failure failure() const { return failure_; }
  /// Returns a description of the failure for people.
  const std::string& detail() const { return detail_; }

  /// Returns status, header fields and body of a complete answer.
  message& answer() { return reader_->content(); }

  /// Returns true if the connection can be used for another request.
  bool reusable() const { return reusable_; }

  /// Returns true if the peer cannot have received any of the request.
  bool nothing_sent() const { return sent_ == 0 || refused_by_tls_; }

  /// Returns true if no byte of an answer has arrived.
  bool nothing_received() const { return !heard_; }

private:
  boost::asio::awaitable<bool> send(connection& link);
  void expect_answer();
  reading take(const transfer& got, std::string& bytes);
  reading skip_interim(reading verdict, std::string& bytes);
  void conclude(reading verdict);
  void fail(net::failure why, std::string text);

  conversation_options options_;
  line_splitter lines_;
  std::unique_ptr<message_reader> reader_;
  net::failure failure_ = net::failure::none;
  std::string detail_;
  /// Why sending stopped early; the peer may have answered nevertheless.
  std::string send_error_;
  std::size_t sent_ = 0;
  bool heard_ = false;
  bool reusable_ = false;
  bool refused_by_tls_ = false;
};

} // namespace net
