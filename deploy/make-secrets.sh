#!/bin/sh
# Makes the secrets that compose.yaml mounts, each once: what is there stays. Keep them out of backups of the database.
set -eu
umask 077
cd "$(dirname "$0")"
mkdir -p secrets
make() { [ -s "secrets/$1" ] || printf '%s' "$2" > "secrets/$1"; }
hex() { od -An -N24 -tx1 /dev/urandom | tr -d ' \n'; }
base64_32() { head -c 32 /dev/urandom | base64 | tr -d '\n'; }

make database_password "$(hex)"
make vault_database_password "$(hex)"
make database_url "postgres://holdfast_owner:$(cat secrets/database_password)@postgres:5432/holdfast"
make vault_database_url "postgres://holdfast_vault:$(cat secrets/vault_database_password)@postgres:5432/holdfast"
make internal_key "$(hex)"
make secret_key "$(base64_32)"
make metrics_token "$(hex)"
# the containers' user reads them through the mount
chmod 0444 secrets/*
chmod 0711 secrets
echo "The secrets are in $(pwd)/secrets."
