#!/bin/sh
# Gives the API a user of its own on the log, in place of the administrator that prepare.sh began with: it may read all
# and append, and nothing else. Run again after it failed, it goes on. Where the cluster runs: deploy/make-user.sh
set -eu
umask 077
cd "$(dirname "$0")/.."

url='^EVENT_STORE_URL=kurrentdb://admin:'
admin=$(sed -n "s|$url\([^@]*\)@.*|\1|p" deploy/api.env)
[ -n "$admin" ] || {
  echo 'deploy/api.env names no password of admin: the API has another user already' >&2
  exit 1
}
password=$(openssl rand -hex 24)

# Tells the log something about its users: what, and where.
tell() {
  docker compose exec -T kurrentdb-1 curl --fail --silent --show-error --output /dev/null --cacert /run/secrets/ca.crt \
    --user "admin:$admin" --header 'Content-Type: application/json' --data "$1" "https://localhost:2113/users/$2"
}
# Whether it is there from an earlier attempt or not, its password is the new one then.
tell "{\"loginName\":\"toetsspoor\",\"fullName\":\"Toetsspoor\",\"groups\":[],\"password\":\"$password\"}" '' ||
  echo 'the user could not be made; if it is there already, it gets a new password now' >&2
tell "{\"newPassword\":\"$password\"}" toetsspoor/command/reset-password

# What is allowed on streams is told by the client, as the server takes that over HTTP only where AtomPub is on.
docker compose run --rm -T --no-deps --entrypoint node tools - <<'END'
const { KurrentDBClient, jsonEvent } = require('@kurrent/kurrentdb-client');

(async () => {
  const log = KurrentDBClient.connectionString(process.env.EVENT_STORE_URL);
  const [admins, both] = [['$admins'], ['$admins', 'toetsspoor']];
  const data = {
    $userStreamAcl: { $r: both, $w: both, $d: admins, $mr: both, $mw: admins },
    $systemStreamAcl: { $r: admins, $w: admins, $d: admins, $mr: admins, $mw: admins },
  };
  await log.setStreamMetadata('$all', { acl: { readRoles: both } });
  await log.appendToStream('$settings', jsonEvent({ type: 'update-default-acl', data }));
  await log.dispose();
})();
END

echo "KURRENTDB_ADMIN_PASSWORD=$admin" >deploy/admin.env
sed -i "s|$url[^@]*@|EVENT_STORE_URL=kurrentdb://toetsspoor:$password@|" deploy/api.env
sed -i '/administrator, so that all works at once/d' deploy/api.env
echo 'deploy/api.env names the user toetsspoor; the password of admin is in deploy/admin.env: keep that elsewhere'
