#!/bin/bash
# Run once by the database's image: the vault's own role, which sees its own schema and nothing else.
set -euo pipefail
psql --set=ON_ERROR_STOP=1 --set=password="$(cat /run/secrets/vault_database_password)" \
  --username "$POSTGRES_USER" --dbname "$POSTGRES_DB" <<'SQL'
create role holdfast_vault login password :'password';
create schema vault authorization holdfast_vault;
SQL
