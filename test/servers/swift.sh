#!/bin/bash
# Starts OpenStack Swift with its S3 interface on loopback, everything in one data folder, and waits until it answers.
#
#   swift.sh FOLDER    prints SWIFT_ENDPOINT=…, SWIFT_ACCESS_KEY=… and so on, ready for `eval` or $GITHUB_ENV
#   stop.sh FOLDER     ends it
#
# Debian 12: apt-get install --no-install-recommends swift-proxy swift-account swift-container swift-object \
#              python3-swift memcached curl
# PORT (default 4720) is the proxy's; the four ports after it belong to the parts behind it.
set -euo pipefail
folder=$(realpath -m "${1:?usage: swift.sh FOLDER}")
port=${PORT:-4720}
here=$(dirname "$(realpath "$0")")
export TEST_SERVER_FOLDER="$folder" # how stop.sh knows its own

if [ -e "$folder" ]; then
  [ -e "$folder/swift.conf" ] || { echo "swift.sh: $folder exists and is not a data folder of this script" >&2; exit 1; }
  "$here/stop.sh" "$folder"
  rm -rf "$folder"
fi
mkdir -p "$folder"/{disks/d1,run,log,cache,lock}
cd "$folder"

# swift.conf and the rings are looked for in swift_dir, so that /etc/swift is neither needed nor touched.
cat > swift.conf <<CONF
[swift-hash]
swift_hash_path_suffix = test
swift_hash_path_prefix = test

[storage-policy:0]
name = only
default = yes
CONF

common="bind_ip = 127.0.0.1
swift_dir = $folder
user = $(id -un)
workers = 1
log_level = WARNING
log_address = $folder/run/no-syslog"

start() { # name, command…
  local name=$1
  shift
  "$@" > "log/$name.log" 2>&1 &
  echo $! > "run/$name.pid"
}

start memcached memcached -l 127.0.0.1 -p $((port + 4)) -u "$(id -un)" -m 64

offset=1
for part in object container account; do
  {
    swift-ring-builder $part.builder create 4 1 1
    swift-ring-builder $part.builder add "r1z1-127.0.0.1:$((port + offset))/d1" 1
    swift-ring-builder $part.builder rebalance
  } > "log/ring-$part.log" 2>&1 || [ $? = 1 ] # 1 is a warning: one device is no way to keep copies apart
  cat > $part.conf <<CONF
[DEFAULT]
$common
bind_port = $((port + offset))
devices = $folder/disks
mount_check = false
fallocate_reserve = 0
disable_fallocate = true
recon_cache_path = $folder/cache

[pipeline:main]
pipeline = $part-server

[app:$part-server]
use = egg:swift#$part
CONF
  start $part swift-$part-server $part.conf
  offset=$((offset + 1))
done

{
  cat <<CONF
[DEFAULT]
$common
bind_port = $port

[pipeline:main]
pipeline = catch_errors cache listing_formats bulk s3api tempauth copy slo dlo versioned_writes symlink proxy-server

[app:proxy-server]
use = egg:swift#proxy
allow_account_management = true
account_autocreate = true

[filter:tempauth]
use = egg:swift#tempauth
user_test_admin = testsecret .admin
user_test_other = othersecret

[filter:s3api]
use = egg:swift#s3api
s3_acl = false
dns_compliant_bucket_names = true

[filter:cache]
use = egg:swift#memcache
memcache_servers = 127.0.0.1:$((port + 4))

[filter:versioned_writes]
use = egg:swift#versioned_writes
allow_object_versioning = true
CONF
  for filter in catch_errors listing_formats bulk copy slo dlo symlink; do
    printf '\n[filter:%s]\nuse = egg:swift#%s\n' $filter $filter
  done
} > proxy.conf
start proxy swift-proxy-server proxy.conf

# The proxy listens before the parts behind it do: ready is when an account can be read.
for _ in $(seq 1 300); do
  token=$(curl -s -m 5 -i -H "X-Auth-User: test:admin" -H "X-Auth-Key: testsecret" "http://127.0.0.1:$port/auth/v1.0" |
    tr -d '\r' | sed -n 's/^X-Auth-Token: //Ip') || true
  if [ -n "$token" ] && curl -s -m 5 -f -o log/ready.txt -H "X-Auth-Token: $token" "http://127.0.0.1:$port/v1/AUTH_test"; then
    echo "SWIFT_ENDPOINT=http://127.0.0.1:$port"
    echo "SWIFT_ACCESS_KEY=test:admin"
    echo "SWIFT_SECRET_KEY=testsecret"
    exit 0
  fi
  sleep 0.3
done
echo "swift.sh: Swift did not answer on port $port within 90 seconds; see $folder/log" >&2
exit 1
