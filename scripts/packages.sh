#!/bin/sh
# Installs the Debian 12 packages that cooper needs, if one is missing.
#
#   scripts/packages.sh build    compiler and libraries
#   scripts/packages.sh demo     and what the demo shows the image to
#   scripts/packages.sh test     and what the tests run against
set -eu

build="g++ cmake ninja-build pkg-config ccache mold python3
  antlr4 libantlr4-runtime-dev libcli11-dev libfmt-dev libsqlite3-dev libarchive-dev libssl-dev
  libcurl4-openssl-dev libseccomp-dev libzstd-dev libdeflate-dev zlib1g-dev libgtest-dev libgmock-dev
  llvm-19-dev uidmap"
demo="busybox-static skopeo umoci"
test="crun podman docker-registry apache2-utils mmdebstrap libbenchmark-dev openssh-client time strace util-linux bzip2 xz-utils zstd"

case ${1:-build} in
  build) wanted="$build" ;;
  demo) wanted="$build $demo" ;;
  test) wanted="$build $demo $test" ;;
  *) echo "packages.sh: build, demo or test, not \`$1\`" >&2; exit 2 ;;
esac

missing=
for package in $wanted; do
  dpkg-query -W -f '${Status}\n' "$package" 2>/dev/null | grep -q 'install ok installed' || missing="$missing $package"
done
[ -n "$missing" ] || exit 0

echo "installing:$missing" >&2
as_root=
[ "$(id -u)" = 0 ] || as_root=sudo
export DEBIAN_FRONTEND=noninteractive
$as_root apt-get update -qq
# shellcheck disable=SC2086
$as_root apt-get install -y -qq --no-install-recommends $missing >&2
