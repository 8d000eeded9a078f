// Rate limiting: a token bucket limits the rate, and a fair queue decides which application is next.
// Time is an argument; waits for nothing itself.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <deque>
#include <iterator>
#include <map>
#include <optional>
#include <string>
#include <utility>

namespace k8s {

/// A token bucket: allows a burst, then a steady rate.
class token_bucket {
public:
  using clock = std::chrono::steady_clock;

  /// Starts with `burst` tokens and adds `per_second` tokens per second, up to `burst`.
  token_bucket(double per_second, double burst) : per_second_{per_second}, burst_{burst}, tokens_{burst} {}

  /// Takes a token. Returns false if there is none.
  bool take(clock::time_point now) {
    refill(now);
    if (tokens_ < 1)
      return false;
    tokens_ -= 1;
    return true;
  }

  /// Returns how long it takes until a token is available.
  clock::duration wait(clock::time_point now) {
    refill(now);
    if (tokens_ >= 1)
      return {};
    std::chrono::duration<double> seconds{(1 - tokens_) / per_second_};
    // Rounds up; otherwise a timer would fire slightly too early and find no token.
    return std::chrono::ceil<std::chrono::microseconds>(seconds);
  }

private:
  void refill(clock::time_point now) {
    if (last_ && now > *last_)
      tokens_ = std::min(burst_, tokens_ + std::chrono::duration<double>(now - *last_).count() * per_second_);
    if (!last_ || now > *last_)
      last_ = now;
  }

  double per_second_;
  double burst_;
  double tokens_;
  std::optional<clock::time_point> last_;
};

/// A queue in which keys take turns, so that a key with a thousand entries delays each other key by one entry only.
template <class T>
class fair_queue {
public:
  /// Appends an entry to the queue of a key.
  void push(const std::string& key, T entry) {
    auto& waiting = waiting_[key];
    if (waiting.empty())
      turns_.push_back(key);
    waiting.push_back(std::move(entry));
    ++size_;
  }

  /// Removes and returns the oldest entry of the next key; nothing if the queue is empty.
  std::optional<T> pop() {
    if (turns_.empty())
      return std::nullopt;
    auto i = waiting_.find(turns_.front());
    turns_.pop_front();
    auto entry = std::move(i->second.front());
    i->second.pop_front();
    if (i->second.empty())
      waiting_.erase(i);
    else
      turns_.push_back(i->first);
    --size_;
    return entry;
  }

  /// Removes and returns the entries for which `condition` is true, in the order of their keys.
  template <class Predicate>
  std::deque<T> remove_if(Predicate condition) {
    std::deque<T> out;
    for (auto i = waiting_.begin(); i != waiting_.end();) {
      std::deque<T> kept;
      for (auto& x : i->second)
        (condition(x) ? out : kept).push_back(std::move(x));
      i->second = std::move(kept);
      if (i->second.empty())
        std::erase(turns_, i->first);
      i = i->second.empty() ? waiting_.erase(i) : std::next(i);
    }
    size_ -= out.size();
    return out;
  }

  /// Returns the number of entries of all keys.
  std::size_t size() const { return size_; }

  /// Returns true if there are no entries.
  bool empty() const { return size_ == 0; }

private:
  std::map<std::string, std::deque<T>> waiting_;
  /// Keys that have entries, in the order of their turns.
  std::deque<std::string> turns_;
  std::size_t size_ = 0;
};

} // namespace k8s
