#!/bin/sh
# Makes what docker-compose.yml needs and does not yet have: certificates of an own authority for the three KurrentDB
# nodes, and passwords. What exists already is left as it is, so certificates of your own PKI go in the same places:
#   deploy/certificates/trusted/ca.crt, deploy/certificates/kurrentdb-{1,2,3}.{crt,key}
# Needs openssl. Usage: deploy/prepare.sh [FOLDER], by default the folder of this script.
set -eu
umask 077
folder=${1:-$(dirname "$0")}
certificates=$folder/certificates
mkdir -p "$certificates/trusted"
# KurrentDB runs as a user of its own, who must be able to walk in; what is private is so by the file.
chmod 755 "$certificates" "$certificates/trusted"

if [ ! -f "$certificates/trusted/ca.crt" ]; then
  openssl req -x509 -newkey rsa:4096 -sha256 -nodes -days 1825 -subj '/O=Toetsspoor/CN=Toetsspoor log authority' \
    -addext 'basicConstraints=critical,CA:TRUE,pathlen:0' -addext 'keyUsage=critical,keyCertSign,cRLSign' \
    -keyout "$certificates/ca.key" -out "$certificates/trusted/ca.crt" 2>/dev/null
  chmod 644 "$certificates/trusted/ca.crt"
  echo "made the authority: $certificates/ca.key (keep it elsewhere) and $certificates/trusted/ca.crt"
fi

for node in kurrentdb-1 kurrentdb-2 kurrentdb-3; do
  [ -f "$certificates/$node.crt" ] && continue
  if [ ! -f "$certificates/ca.key" ]; then
    echo "$certificates/$node.crt is missing, and without $certificates/ca.key it cannot be made" >&2
    exit 1
  fi
  request=$certificates/$node.csr
  extensions=$certificates/$node.ext
  # The nodes know each other by the common name, which is the same for all; clients check the names below it.
  openssl req -newkey rsa:2048 -sha256 -nodes -subj '/CN=kurrentdb-node' \
    -keyout "$certificates/$node.key" -out "$request" 2>/dev/null
  cat >"$extensions" <<END
basicConstraints=critical,CA:FALSE
keyUsage=critical,digitalSignature,keyEncipherment
extendedKeyUsage=serverAuth,clientAuth
subjectAltName=DNS:$node,DNS:localhost,IP:127.0.0.1
END
  openssl x509 -req -sha256 -days 365 -in "$request" -extfile "$extensions" -CAcreateserial \
    -CA "$certificates/trusted/ca.crt" -CAkey "$certificates/ca.key" -out "$certificates/$node.crt" 2>/dev/null
  rm "$request" "$extensions"
  chmod 644 "$certificates/$node.crt"
  # 1001 is the user in KurrentDB's image. Who is not root cannot give files away: then all may read the key.
  chown 1001 "$certificates/$node.key" 2>/dev/null || chmod 644 "$certificates/$node.key"
  echo "made $certificates/$node.crt, valid for a year"
done
rm -f "$certificates"/trusted/*.srl

if [ ! -f "$folder/kurrentdb.env" ]; then
  if [ -f "$folder/api.env" ]; then
    echo "$folder/api.env is there and $folder/kurrentdb.env is not: they hold the same password, make both or neither" >&2
    exit 1
  fi
  password=$(openssl rand -hex 24)
  cat >"$folder/kurrentdb.env" <<END
# Used once, when the cluster starts for the first time.
KURRENTDB_DEFAULT_ADMIN_PASSWORD=$password
KURRENTDB_DEFAULT_OPS_PASSWORD=$(openssl rand -hex 24)
END
  cat >"$folder/api.env" <<END
# Following all streams needs a user in the group of administrators.
EVENT_STORE_URL=kurrentdb://admin:$password@kurrentdb-1:2113,kurrentdb-2:2113,kurrentdb-3:2113?tls=true&tlsCaFile=/run/secrets/ca.crt
END
  echo "made $folder/kurrentdb.env and $folder/api.env with new passwords"
fi
