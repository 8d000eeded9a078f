// INTERNAL to net/: an exchange as its handler sees it; forwards to the session on the io thread.
#pragma once

#include "net/session.hpp"

#include <memory>

namespace net {

/// Returns the answer of `link`'s exchange. Dropping it unanswered sends 500.
std::shared_ptr<exchange> make_answer(std::shared_ptr<answer_link> link);

} // namespace net
