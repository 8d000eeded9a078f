// INTERNAL to net/: one request and its answer over one connection, without deadlines and retries.
#pragma once

#include "net/connection.hpp"
#include "net/lines.hpp"
#include "net/message_reader.hpp"

#include <memory>
#include <string>

namespace net {

/// What a conversation needs to know.
struct conversation_options {
  /// Request line and header fields, with the empty line.
  std::string head;
  std::string body;
  /// The answer to HEAD has no body, whatever its header says.
  bool answer_has_body = true;
  message_limits limits;
  std::size_t max_line_bytes = 0;
  /// Set for a stream: takes the lines of a 2xx answer.
  line_splitter::sink line;
};

/// Runs once; afterwards its members tell how it went.
class conversation {
public:
  explicit conversation(conversation_options options);

  /// Called when the header of the answer has come, and after each read from then on.
  std::function<void()> on_progress;

  /// Sends and receives until the answer is complete or something fails. The caller keeps us alive.
  boost::asio::awaitable<void> run(connection& link);

  /// Why there is no answer, with words.
  net::failure failure() const { return failure_; }
  const std::string& words() const { return words_; }

  /// Status, header fields and body of a complete answer.
  message& answer() { return reader_->content(); }

  /// Returns whether the connection can carry another conversation.
  bool reusable() const { return reusable_; }

  /// Returns whether the peer can have seen nothing of the request.
  bool nothing_sent() const { return sent_ == 0 || refused_by_tls_; }

  /// Returns whether not a byte of an answer has come.
  bool nothing_received() const { return !heard_; }

private:
  boost::asio::awaitable<bool> send(connection& link);
  void expect_answer();
  reading take(const transfer& got, std::string& bytes);
  reading skip_interim(reading verdict, std::string& bytes);
  void conclude(reading verdict);
  void fail(net::failure why, std::string words);

  conversation_options options_;
  line_splitter lines_;
  std::unique_ptr<message_reader> reader_;
  net::failure failure_ = net::failure::none;
  std::string words_;
  /// Why sending stopped early; the peer may have answered all the same.
  std::string send_trouble_;
  std::size_t sent_ = 0;
  bool heard_ = false;
  bool reusable_ = false;
  bool refused_by_tls_ = false;
};

} // namespace net
