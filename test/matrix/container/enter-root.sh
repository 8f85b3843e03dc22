#!/bin/sh
# Runs a command on the tree of an image, in the way of a container. Started by `unshare --mount --pid --fork`, so that nothing of it outlasts
# the command, and the command is process 1.
#
# enter-root.sh TREE ROOT NODE_FOLDER build|run USER DIRECTORY COMMAND...
#
# The system's own programs and libraries stand in for those of the base image, and can only be read. On `build` the tree can be written
# and the user's home (npm's settings and cache) is there; on `run` nothing can be written at all, and the user has no capability.
set -eu
tree=$1 root=$2 node=$3 mode=$4 user=$5 directory=$6
shift 6

read_only() {
  mount -o remount,bind,ro "$1"
}

mount -t tmpfs -o size=1m none "$root"
for name in bin sbin lib lib64 usr etc; do
  if [ -L "/$name" ]; then
    cp -P "/$name" "$root/$name"
  elif [ -d "/$name" ]; then
    mkdir "$root/$name"
    mount --bind "/$name" "$root/$name"
    read_only "$root/$name"
  fi
done
mkdir "$root/node" "$root/proc" "$root/dev" "$root/tmp" "$root/root"
mount --bind "$node" "$root/node"
read_only "$root/node"
mount -t proc proc "$root/proc"
mount --rbind /dev "$root/dev"
for path in "$tree"/*; do
  name=$(basename "$path")
  mkdir -p "$root/$name"
  mount --bind "$path" "$root/$name"
  [ "$mode" = build ] || read_only "$root/$name"
done
if [ "$mode" = build ]; then
  mount -t tmpfs none "$root/tmp"
  mount --bind "${HOME:-/root}" "$root/root"
  export HOME=/root
fi
mount -o remount,ro "$root"
limits=
[ "$mode" = build ] || limits="--reuid=$user --regid=$user --clear-groups --inh-caps=-all --bounding-set=-all --no-new-privs"
# shellcheck disable=SC2086
exec chroot "$root" setpriv $limits /bin/sh -c 'cd "$0" && exec "$@"' "$directory" "$@"
