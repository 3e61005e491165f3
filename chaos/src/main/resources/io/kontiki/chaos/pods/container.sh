# Turns this process, which has mounts of its own, into a container as deploy/Dockerfile and k8s/base describe it: the
# image's files and a JRE below /opt, the volume, a new /tmp, all else read-only, and no rights.
# Arguments: STAGE IMAGE JAVA VOLUME MOUNT RESOLV_CONF USER COMMAND...
set -eu
stage=$1 image=$2 java=$3 volume=$4 mount=$5 names=$6 user=$7
shift 7
mount -t tmpfs -o mode=0755 tmpfs "$stage"
mkdir -p "$stage/opt/kontiki" "$stage/opt/java/openjdk" "$stage/volumes/$(basename "$mount")"
mount --bind "$image" "$stage/opt/kontiki"
mount --bind "$java" "$stage/opt/java/openjdk"
mount --bind "$volume" "$stage/volumes/$(basename "$mount")"
mount --bind "$names" /etc/resolv.conf
mount --rbind "$stage/volumes" "$(dirname "$mount")"
mount --rbind "$stage/opt" /opt
mount -t tmpfs -o size=256m,mode=1777 tmpfs /tmp
mount -o remount,bind,ro /
cd /opt/kontiki
exec setpriv --reuid="$user" --regid="$user" --clear-groups --no-new-privs --inh-caps=-all --bounding-set=-all "$@"
