#!/bin/sh
# Run by the postgres image, once, when its volume is new. The program signs in
# as a login of its own, which is no superuser: row-level security holds for it.
# It may make roles, since `plumbline migrate` makes those that keep people's
# reach apart.
set -eu
: "${PLUMBLINE_DB_PASSWORD:?is not set: the login plumbline needs a password}"

# The password is read from the environment: a command line can be read by
# every account of the machine.
psql --no-psqlrc --quiet --set ON_ERROR_STOP=1 --username "$POSTGRES_USER" --dbname postgres <<'SQL'
\getenv password PLUMBLINE_DB_PASSWORD
create role plumbline login createrole password :'password';
create database plumbline owner plumbline;
SQL
