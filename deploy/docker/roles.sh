#!/bin/sh
# Runs once, when the database's volume is empty: the two roles and the database, with passwords from the secrets.
set -eu
psql -v ON_ERROR_STOP=1 --username "$POSTGRES_USER" --dbname postgres \
  -v owner_password="$(cat /run/secrets/owner_password)" \
  -v app_password="$(cat /run/secrets/app_password)" \
  -f /roles.sql
