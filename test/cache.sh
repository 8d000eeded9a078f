# Sourced by the scripts that build what is kept between runs: where that is, and whose turn it is.

cache=${FLINK_OPERATOR_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/flink-operator}

# Waits for others that build the same target $1, so that nothing is built twice at once.
await_turn() {
  mkdir -p "$cache"
  exec 9>"$cache/.$(basename "$1").lock"
  flock 9
}
