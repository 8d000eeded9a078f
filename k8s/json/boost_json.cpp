// The one translation unit that compiles Boost.JSON, which Debian has as headers to be built in.
#include <boost/json/src.hpp>
