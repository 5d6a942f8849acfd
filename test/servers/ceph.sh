#!/bin/bash
# Starts a one-node Ceph with its S3 gateway on loopback, everything in one data folder, and waits until it answers.
#
#   ceph.sh FOLDER     prints CEPH_ENDPOINT=…, CEPH_ACCESS_KEY=… and so on, ready for `eval` or $GITHUB_ENV
#   stop.sh FOLDER     ends it
#
# Debian 12: apt-get install --no-install-recommends ceph-mon ceph-osd radosgw ceph-common curl
# PORT (default 4710) is the gateway's, PORT + 1 the monitor's.
set -euo pipefail
folder=$(realpath -m "${1:?usage: ceph.sh FOLDER}")
port=${PORT:-4710}
here=$(dirname "$(realpath "$0")")
export TEST_SERVER_FOLDER="$folder" # how stop.sh knows its own

if [ -e "$folder" ]; then
  [ -e "$folder/ceph.conf" ] || { echo "ceph.sh: $folder exists and is not a data folder of this script" >&2; exit 1; }
  "$here/stop.sh" "$folder"
  rm -rf "$folder"
fi
mkdir -p "$folder"/{mon,osd,rgw,run,log}

# Objects live in memory (memstore), one copy of each, and the daemons trust each other: nothing here outlives a test.
# The gateway insists on an encrypted way to the monitor, which there is none of without keys, unless told otherwise
# (ms_mon_client_mode).
cat > "$folder/ceph.conf" <<CONF
[global]
fsid = $(cat /proc/sys/kernel/random/uuid)
mon_host = v2:127.0.0.1:$((port + 1))
public_addr = 127.0.0.1
cluster_addr = 127.0.0.1
ms_bind_ipv6 = false
ms_bind_msgr1 = false
ms_mon_client_mode = crc
auth_cluster_required = none
auth_service_required = none
auth_client_required = none
mon_data = $folder/mon
mon_data_avail_crit = 1
mon_allow_pool_size_one = true
mon_max_pg_per_osd = 1000
mon_cluster_log_file = $folder/log/cluster.log
osd_data = $folder/osd
osd_objectstore = memstore
memstore_device_bytes = 2147483648
osd_pool_default_size = 1
osd_pool_default_min_size = 1
osd_pool_default_pg_num = 4
osd_pool_default_pgp_num = 4
osd_crush_chooseleaf_type = 0
osd_class_load_list = *
osd_class_default_list = *
run_dir = $folder/run
pid_file = $folder/run/\$name.pid
admin_socket = $folder/run/\$name.asok
log_file = $folder/log/\$name.log
keyring = $folder/keyring

[client.rgw.test]
rgw_frontends = beast endpoint=127.0.0.1:$port tcp_nodelay=1
rgw_data = $folder/rgw
rgw_dns_name = localhost
rgw_thread_pool_size = 64
rgw_enable_usage_log = false
CONF
touch "$folder/keyring"
export CEPH_CONF="$folder/ceph.conf"
fsid=$(sed -n 's/^fsid = //p' "$CEPH_CONF")
osd=$(cat /proc/sys/kernel/random/uuid)

{
  monmaptool --create --fsid "$fsid" --addv a "[v2:127.0.0.1:$((port + 1))]" "$folder/monmap"
  ceph-mon --mkfs -i a --monmap "$folder/monmap"
  ceph-mon -i a
  ceph osd new "$osd"
  ceph-osd --mkfs -i 0 --osd-uuid "$osd"
  ceph-osd -i 0
  radosgw-admin user create --uid test --display-name test --access-key testaccess --secret testsecret
  radosgw-admin user create --uid other --display-name other --access-key otheraccess --secret othersecret
  timeout 120 radosgw -n client.rgw.test
} > "$folder/log/start.log" 2>&1 || { tail -20 "$folder/log/start.log" >&2; exit 1; }

for _ in $(seq 1 300); do
  if curl -s -m 5 -o "$folder/log/ready.xml" "http://127.0.0.1:$port/"; then
    echo "CEPH_ENDPOINT=http://127.0.0.1:$port"
    echo "CEPH_ACCESS_KEY=testaccess"
    echo "CEPH_SECRET_KEY=testsecret"
    echo "CEPH_OTHER_ACCESS_KEY=otheraccess"
    echo "CEPH_OTHER_SECRET_KEY=othersecret"
    exit 0
  fi
  sleep 0.2
done
echo "ceph.sh: the gateway did not answer on port $port within a minute; see $folder/log" >&2
exit 1
