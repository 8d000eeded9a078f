// Names of codec.hpp and text.hpp, for headers that declare a codec of their own type and define it in their source.
#pragma once

namespace json {

class cursor;
class reader;
struct place;

template <class T>
struct codec;

} // namespace json
