#!/bin/sh
# Makes what docker-compose.yml needs and does not yet have: certificates of an own authority for the three KurrentDB
# nodes, and passwords. What exists already is left as it is, so certificates of your own PKI go in the same places:
#   deploy/certificates/trusted/ca.crt, deploy/certificates/kurrentdb-{1,2,3}.{crt,key}
# Needs openssl. Usage: deploy/prepare.sh [FOLDER], by default the folder of this script.
set -eu
umask 077
folder=${1:-$(dirname "$0")}
certificates=$folder/certificates
mkdir -p "$certificates/trusted" "$folder/files"
# Docker gives containers the files in this folder one by one, so nobody else need be able to walk in. The other two
# are given whole, and users of their own read them.
chmod 700 "$certificates"
chmod 755 "$certificates/trusted" "$folder/files"

# Everything is made here first: what fails leaves nothing behind that looks finished.
drafts=$(mktemp -d)
trap 'rm -rf "$drafts"' EXIT
trap 'exit 1' HUP INT TERM

fail() {
  echo "$1" >&2
  exit 1
}

# Runs openssl, which says much of what goes well: that is shown only where it fails.
run_openssl() {
  openssl "$@" >"$drafts/said" 2>&1 && return
  cat "$drafts/said" >&2
  fail "openssl $1 failed, for the reason above; nothing was made of it"
}

authority=$certificates/trusted/ca.crt
if [ ! -f "$authority" ]; then
  [ ! -f "$certificates/ca.key" ] ||
    fail "$certificates/ca.key is there and $authority is not: put the certificate back, or move the key away to have both made anew"
  run_openssl req -x509 -newkey rsa:4096 -sha256 -nodes -days 1825 -subj '/O=Toetsspoor/CN=Toetsspoor log authority' \
    -addext 'basicConstraints=critical,CA:TRUE,pathlen:0' -addext 'keyUsage=critical,keyCertSign,cRLSign' \
    -keyout "$drafts/ca.key" -out "$drafts/ca.crt"
  chmod 644 "$drafts/ca.crt"
  mv "$drafts/ca.key" "$certificates/ca.key"
  mv "$drafts/ca.crt" "$authority"
  echo "made the authority: $certificates/ca.key (keep it elsewhere) and $authority, valid for five years"
fi

for node in kurrentdb-1 kurrentdb-2 kurrentdb-3; do
  certificate=$certificates/$node.crt
  key=$certificates/$node.key
  if [ -f "$certificate" ]; then
    [ -f "$key" ] || fail "$certificate is there and $key is not: put the key back, or remove the certificate to have both made anew"
    continue
  fi
  [ -f "$certificates/ca.key" ] ||
    fail "$certificate is missing, and without $certificates/ca.key it cannot be made"
  run_openssl x509 -in "$authority" -noout -enddate
  ends=$(cat "$drafts/said")
  openssl x509 -in "$authority" -noout -checkend $((365 * 86400)) >"$drafts/said" 2>&1 ||
    fail "$authority ends within a year, before a certificate that it signs now ($ends): renew it first, as deploy/README.md tells"
  # The nodes know each other by the common name, which is the same for all; clients check the names below it.
  run_openssl req -newkey rsa:2048 -sha256 -nodes -subj '/CN=kurrentdb-node' \
    -keyout "$drafts/node.key" -out "$drafts/node.csr"
  cat >"$drafts/node.ext" <<END
basicConstraints=critical,CA:FALSE
keyUsage=critical,digitalSignature,keyEncipherment
extendedKeyUsage=serverAuth,clientAuth
subjectAltName=DNS:$node,DNS:localhost,IP:127.0.0.1
END
  run_openssl x509 -req -sha256 -days 365 -in "$drafts/node.csr" -extfile "$drafts/node.ext" \
    -CA "$authority" -CAkey "$certificates/ca.key" -CAserial "$drafts/ca.srl" -CAcreateserial -out "$drafts/node.crt"
  chmod 644 "$drafts/node.crt"
  # 1001 is the user in KurrentDB's image. Who is not root cannot give files away: then the folder alone keeps others out.
  chown 1001 "$drafts/node.key" 2>"$drafts/said" || {
    chmod 644 "$drafts/node.key"
    echo "$key can be read by all who get into $certificates, which is you alone: only root can give it to user 1001 of the node" >&2
  }
  mv "$drafts/node.key" "$key"
  mv "$drafts/node.crt" "$certificate"
  echo "made $certificate, valid for a year"
done

if [ ! -f "$folder/kurrentdb.env" ] && [ ! -f "$folder/api.env" ]; then
  password=$(openssl rand -hex 24)
  cat >"$drafts/kurrentdb.env" <<END
# Used once, when the cluster starts for the first time.
KURRENTDB_DEFAULT_ADMIN_PASSWORD=$password
KURRENTDB_DEFAULT_OPS_PASSWORD=$(openssl rand -hex 24)
END
  cat >"$drafts/api.env" <<END
# The log's administrator, so that all works at once: deploy/README.md tells how to give the API a user with fewer rights.
EVENT_STORE_URL=kurrentdb://admin:$password@kurrentdb-1:2113,kurrentdb-2:2113,kurrentdb-3:2113?tls=true&tlsCaFile=/run/secrets/ca.crt

# Nobody can sign in, and so nobody can write by the API, before this is set.
# OIDC_ISSUERS=https://login.example.nl

# To be set before the first start: the first is in the signing key for good, the others are in what is given away.
# LEDGER_NAME=example.nl/toetsspoor
# PUBLIC_URL=https://toetsspoor.example.nl
# CLOUDEVENTS_SOURCE=urn:nld:oin:00000001823288444000:systeem:toetsspoor
END
  mv "$drafts/kurrentdb.env" "$drafts/api.env" "$folder"
  echo "made $folder/kurrentdb.env and $folder/api.env with new passwords"
fi
[ -f "$folder/api-1.env" ] || echo '# What is for the replica api-1 only, such as WEBHOOKS_FILE=/files/webhooks.json.' >"$folder/api-1.env"
for pair in 'kurrentdb.env api.env' 'api.env kurrentdb.env'; do
  there=$folder/${pair% *}
  missing=$folder/${pair#* }
  [ -f "$missing" ] ||
    fail "$there is there and $missing is not: put it back (both hold the same password), or where the cluster never ran remove the other to have both made anew"
done
