#!/bin/sh
# Builds cooper, then the example image: its plan before, the result after.
# Needs Debian 12 and root (or sudo) for packages; no registry.
set -eu
cd "$(dirname "$0")/.."

sh scripts/packages.sh demo
cmake --preset dev -DBUILD_TESTING=OFF > /dev/null
cmake --build --preset dev --target cooper cooper-runner
cooper=$PWD/build/dev/bin/cooper

work=$(mktemp -d "${TMPDIR:-/tmp}/cooper-demo.XXXXXX")
trap 'rm -rf "$work"' EXIT
mkdir "$work/context"
cp -r examples/quickstart/. "$work/context"
cp /bin/busybox "$work/context/busybox"
export COOPER_STORE="$work/store"

show() { printf '\n$ %s\n' "$*"; "$@"; }
show "$cooper" plan --build-arg NAME=Debian "$work/context"
show "$cooper" build --build-arg NAME=Debian -t quickstart:latest \
  --output "type=oci,dest=$work/image.tar" "$work/context"

echo; echo "The same again: nothing runs."
show "$cooper" build --build-arg NAME=Debian -t quickstart:latest \
  --output "type=oci,dest=$work/image.tar" "$work/context"

echo; echo "What other tools make of it:"
show skopeo inspect --format '{{.Digest}} {{.Architecture}} {{len .Layers}} layers' "oci-archive:$work/image.tar"
mkdir "$work/layout" && tar -xf "$work/image.tar" -C "$work/layout"
rootless=; [ "$(id -u)" = 0 ] || rootless=--rootless
umoci unpack $rootless --image "$work/layout:latest" "$work/bundle" 2> /dev/null
printf '\n$ (in the unpacked image) /bin/busybox cat /srv/page.txt\n'
"$work/bundle/rootfs/bin/busybox" cat "$work/bundle/rootfs/srv/page.txt"
