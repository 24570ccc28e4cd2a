#!/bin/sh
# Run once by the image's entry point, when the data directory is new. Passwords: in the environment.
set -eu
psql --no-psqlrc --username postgres --dbname postgres --file /roles.sql
