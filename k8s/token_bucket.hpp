// Brakes without a clock of their own: how much may be sent now, and whose turn it is.
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

/// Allows a burst, and a steady rate after it.
class token_bucket {
public:
  using clock = std::chrono::steady_clock;

  /// `per_second` tokens are added up to `burst`, with which it starts.
  token_bucket(double per_second, double burst) : per_second_{per_second}, burst_{burst}, tokens_{burst} {}

  /// Takes a token if there is one.
  bool take(clock::time_point now) {
    refill(now);
    if (tokens_ < 1)
      return false;
    tokens_ -= 1;
    return true;
  }

  /// Returns how long it takes until there is a token.
  clock::duration wait(clock::time_point now) {
    refill(now);
    if (tokens_ >= 1)
      return {};
    std::chrono::duration<double> seconds{(1 - tokens_) / per_second_};
    // Rounded up, else a timer fires a moment too early and finds no token.
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

/// Lets waiting keys take turns, so that one with a thousand entries delays the others by one each.
template <class T>
class fair_queue {
public:
  /// Appends an entry of a key.
  void push(const std::string& key, T entry) {
    auto& waiting = waiting_[key];
    if (waiting.empty())
      turns_.push_back(key);
    waiting.push_back(std::move(entry));
    ++size_;
  }

  /// Takes the oldest entry of the key whose turn it is; nothing if all is empty.
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

  /// Removes the entries for which `condemned` holds, and returns them in the order of their keys.
  template <class Predicate>
  std::deque<T> remove_if(Predicate condemned) {
    std::deque<T> out;
    for (auto i = waiting_.begin(); i != waiting_.end();) {
      std::deque<T> kept;
      for (auto& x : i->second)
        (condemned(x) ? out : kept).push_back(std::move(x));
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

  /// Returns whether nothing waits.
  bool empty() const { return size_ == 0; }

private:
  std::map<std::string, std::deque<T>> waiting_;
  /// Keys with entries, in the order of their turns.
  std::deque<std::string> turns_;
  std::size_t size_ = 0;
};

} // namespace k8s
