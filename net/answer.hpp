// INTERNAL to net/: the exchange that a handler answers. Forwards every call to the session on the io thread.
// Does no I/O itself.
#pragma once

#include "net/session.hpp"

#include <memory>

namespace net {

/// Makes the exchange for `link`. Dropping it without an answer sends 500.
std::shared_ptr<exchange> make_answer(std::shared_ptr<answer_link> link);

} // namespace net
