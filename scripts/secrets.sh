#!/usr/bin/env bash
# Writes .env for docker-compose.yml with fresh random secrets. Never touches one that exists.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

if [[ -e .env ]]; then
  echo ".env is there already; nothing was changed"
  exit 0
fi

random_hex() { od -An -N"$1" -tx1 /dev/urandom | tr -d ' \n'; }

umask 077
sed -e "s/^POSTGRES_PASSWORD=.*/POSTGRES_PASSWORD=$(random_hex 24)/" \
  -e "s/^S3_ACCESS_KEY=.*/S3_ACCESS_KEY=GK$(random_hex 12)/" \
  -e "s/^S3_SECRET_KEY=.*/S3_SECRET_KEY=$(random_hex 32)/" \
  -e "s/^GARAGE_RPC_SECRET=.*/GARAGE_RPC_SECRET=$(random_hex 32)/" \
  compose/example.env >.env
echo "wrote .env; now: docker compose up -d"
