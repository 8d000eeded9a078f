// Compiles Boost.JSON, which Debian ships as headers only.
#include <boost/json/src.hpp>
