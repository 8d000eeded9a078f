#include "net/message_reader.hpp"

#include <boost/beast/http/basic_parser.hpp>
#include <boost/beast/http/error.hpp>

namespace net {

namespace http = boost::beast::http;
using boost::system::error_code;

/// Interface to the parser of requests or of answers.
class message_reader::machine {
public:
  virtual ~machine() = default;
  virtual std::size_t put(std::string_view bytes, error_code& ec) = 0;
  virtual void put_eof(error_code& ec) = 0;
  virtual bool begun() const = 0;
  virtual bool header_done() const = 0;
  virtual bool done() const = 0;
  virtual bool keep_alive() const = 0;
  virtual bool need_eof() const = 0;

  reading result();

  message content;
  error_code last;
  bool refused = false;
};

reading message_reader::machine::result() {
  if (refused)
    return reading::refused;
  if (last == http::error::header_limit)
    return reading::header_too_large;
  if (last == http::error::body_limit)
    return reading::body_too_large;
  if (last == http::error::partial_message)
    return reading::cut;
  if (last && last != http::error::need_more)
    return reading::garbage;
  return done() ? reading::complete : reading::more;
}

/// Beast's parser, which stores what it finds in `content`.
template <bool IsRequest>
class message_reader::parser final : public message_reader::machine, private http::basic_parser<IsRequest> {
public:
  using base = http::basic_parser<IsRequest>;
  using text = boost::beast::string_view;

  parser(message_limits limits, std::function<void(message&)> on_header)
      : limits_{limits}, on_header_{std::move(on_header)} {
    base::eager(true);
    base::header_limit(static_cast<uint32_t>(limits.header_bytes));
    // take() limits only the bytes that are kept. Beast's limit would end every long watch.
    base::body_limit(boost::none);
  }

  void expect_no_body() { base::skip(true); }

  std::size_t put(std::string_view bytes, error_code& ec) override {
    auto n = base::put(boost::asio::const_buffer{bytes.data(), bytes.size()}, ec);
    if (!ec || ec == http::error::need_more)
      check_length(ec);
    return n;
  }
  void put_eof(error_code& ec) override { base::put_eof(ec); }
  bool begun() const override { return base::got_some(); }
  bool header_done() const override { return base::is_header_done(); }
  bool done() const override { return base::is_done(); }
  bool keep_alive() const override { return base::keep_alive(); }
  bool need_eof() const override { return base::need_eof(); }

private:
  void on_request_impl(http::verb, text method, text target, int version, error_code&) override {
    content.method = method;
    content.target = target;
    content.version = version;
  }

  void on_response_impl(int code, text, int version, error_code&) override {
    content.status = code;
    content.version = version;
  }

  void on_field_impl(http::field, text name, text value, error_code&) override {
    content.headers.emplace_back(std::string{name}, std::string{value});
  }

  void on_header_impl(error_code&) override {
    if (on_header_)
      on_header_(content);
  }

  void on_body_init_impl(const boost::optional<uint64_t>&, error_code&) override {}

  std::size_t on_body_impl(text piece, error_code& ec) override {
    take({piece.data(), piece.size()}, ec);
    return piece.size();
  }

  void on_chunk_header_impl(uint64_t, text, error_code&) override {}

  std::size_t on_chunk_body_impl(uint64_t, text piece, error_code& ec) override {
    take({piece.data(), piece.size()}, ec);
    return piece.size();
  }

  void on_finish_impl(error_code&) override {}

  /// Rejects a body by its Content-Length before any of it has arrived.
  void check_length(error_code& ec) {
    if (!base::is_header_done() || base::is_done() || content.take_piece)
      return;
    if (auto length = base::content_length(); length && *length > limits_.body_bytes)
      ec = http::error::body_limit;
  }

  void take(std::string_view piece, error_code& ec) {
    if (content.take_piece) {
      refused = !content.take_piece(piece);
      if (refused)
        ec = http::error::end_of_stream; // any error stops the parser
      return;
    }
    if (content.body.size() + piece.size() > limits_.body_bytes)
      ec = http::error::body_limit;
    else
      content.body.append(piece);
  }

  message_limits limits_;
  std::function<void(message&)> on_header_;
};

message_reader::message_reader(kind what, message_limits limits, std::function<void(message&)> on_header) {
  if (what == kind::request) {
    machine_ = std::make_unique<parser<true>>(limits, std::move(on_header));
    return;
  }
  auto answers = std::make_unique<parser<false>>(limits, std::move(on_header));
  if (what == kind::answer_to_head)
    answers->expect_no_body();
  machine_ = std::move(answers);
}

message_reader::~message_reader() = default;

reading message_reader::feed(std::string& bytes) {
  std::size_t used = 0;
  machine_->last = {};
  while (used < bytes.size() && !machine_->done() && !machine_->last) {
    auto n = machine_->put(std::string_view{bytes}.substr(used), machine_->last);
    used += n;
    if (n == 0 && !machine_->last)
      break;
  }
  bytes.erase(0, used);
  return machine_->result();
}

reading message_reader::end() {
  if (!machine_->begun())
    return reading::cut;
  machine_->put_eof(machine_->last);
  return machine_->result();
}

message& message_reader::content() {
  return machine_->content;
}

bool message_reader::begun() const {
  return machine_->begun();
}

bool message_reader::header_done() const {
  return machine_->header_done();
}

bool message_reader::keep_alive() const {
  return machine_->keep_alive();
}

bool message_reader::ends_with_connection() const {
  return machine_->need_eof();
}

std::string message_reader::error_text() const {
  return machine_->last.message();
}

} // namespace net
