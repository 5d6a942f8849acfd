#!/bin/bash
# Ends what ceph.sh or swift.sh started, by the pid files in its data folder.
#
#   stop.sh FOLDER
set -u
folder=$(realpath -m "${1:?usage: stop.sh FOLDER}")

# A pid file may be older than the last start of the machine: only a process that was started for this folder is ours.
ours() {
  { tr '\0' '\n' < "/proc/$1/environ"; } 2> /dev/null | grep -qxF "TEST_SERVER_FOLDER=$folder"
}

running() {
  local file pid
  for file in "$folder"/run/*.pid; do
    [ -f "$file" ] || continue
    pid=$(tr -dc 0-9 < "$file")
    if [ -n "$pid" ] && ours "$pid"; then echo "$pid"; fi
  done
}

# shellcheck disable=SC2046 # one word a process
[ -z "$(running)" ] || kill $(running) 2> /dev/null
for _ in $(seq 1 100); do
  [ -z "$(running)" ] && exit 0
  sleep 0.1
done
# shellcheck disable=SC2046
kill -9 $(running) 2> /dev/null
exit 0
