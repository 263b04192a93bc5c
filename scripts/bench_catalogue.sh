#!/usr/bin/env bash
# Measures how reads, lists and changes grow with the catalogue: 10^3 items against 10^6, page 1 of a collection of 10^5 members against
# page 200. Fills an EMPTY database, which is thrown away afterwards by whoever made it.
#
#   scripts/bench_catalogue.sh postgres:///bench [target/release/triptych]
#
# Wants psql and curl. Prints the median of some requests in milliseconds; nothing fails on timing. Every step is bounded in time.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

database=${1:?the URL of an empty database}
program=${2:-target/release/triptych}
listen=127.0.0.1:18473
rounds=${ROUNDS:-15}
scratch=$(mktemp -d)
sql() { PGOPTIONS="-c statement_timeout=300000 ${options:-}" psql -qAtX -v ON_ERROR_STOP=1 "$database" "$@"; }
# Without checks and notices row by row; for superusers.
fill() { options='-c session_replication_role=replica' sql "$@"; }

DATABASE_URL=$database TRIPTYCH_DATA=$scratch "$program" serve --listen "$listen" >"$scratch/log" 2>&1 &
service=$!
trap 'kill "$service" 2>/dev/null; wait "$service" 2>/dev/null; rm -rf "$scratch"' EXIT
for _ in $(seq 100); do curl -sf "http://$listen/health/ready" >/dev/null && break; sleep 0.2; done
key=$(DATABASE_URL=$database TRIPTYCH_DATA=$scratch "$program" key create bench 2>/dev/null | grep -o 'trip_[A-Za-z0-9_-]*' | head -1)
[[ $(sql -c 'select count(*) from items') == 0 ]] || { echo "the database is not empty" >&2; exit 1; }

# Items $1 to $2, each with a canvas that shows the one image there is.
items() {
  seq "$1" "$2" | awk '{printf "i%07d\tpublished\t{\"label\":{\"en\":[\"Item %d\"]}}\tItem %d\n", $1, $1, $1}' |
    fill -c 'copy items (id, status, descriptive, label_text) from stdin'
  seq "$1" "$2" | awk '{printf "i%07d\tc\t0\t1000\t1000\t{}\tone\n", $1}' |
    fill -c 'copy canvases (item_id, id, position, width, height, descriptive, image_id) from stdin'
  sql -c 'vacuum analyze items' -c 'vacuum analyze canvases'
}

# Collection $1 with the first $2 items.
collection() {
  sql -c "insert into collections (id, status, descriptive, label_text) values ('$1', 'published', '{\"label\":{\"en\":[\"$1\"]}}', '$1')"
  fill -c "insert into collection_members (id, collection_id, position, item_id)
          select gen_random_uuid(), '$1', n - 1, 'i' || lpad(n::text, 7, '0') from generate_series(1, $2) n"
  sql -c 'vacuum analyze collection_members' -c 'analyze collections'
}

median() { sort -n | awk '{all[NR] = $1} END {printf "%9.1f", all[int((NR + 1) / 2)] * 1000}'; }

# Milliseconds for GET of the path $2, under the name $1.
get() {
  curl -sf -o /dev/null "http://$listen$2"
  for _ in $(seq "$rounds"); do curl -sf -m 60 -o /dev/null -w '%{time_total}\n' "http://$listen$2"; done |
    median | sed "s|\$|  $1|"
  echo
}

# Milliseconds for one POST of the body $3 to the path $2, under the name $1.
post() {
  curl -s -m 120 -o "$scratch/answer" -w '%{http_code} %{time_total}\n' -H "Authorization: Bearer $key" -H 'If-Match: *' \
    -H 'Content-Type: application/json' -d "$3" "http://$listen/api/v1$2" | awk -v name="$1" '{printf "%9.1f  %s (%s)\n", $2 * 1000, name, $1}'
}

lists() {
  get "GET /collections" "/collections"
  get "GET /collections, a page from the middle" "/collections/~after-i$(printf %07d $(($1 / 2)))"
  get "GET /api/v1/items?limit=100" "/api/v1/items?limit=100"
  get "GET /api/v1/items?limit=100 from the middle" "/api/v1/items?limit=100&after=i$(printf %07d $(($1 / 2)))"
  get "GET one manifest" "/manifests/i$(printf %07d $(($1 / 2)))"
}

sql -c "insert into images (id, storage_key, uploaded, object_version, object_size, report, width, height, tile_size, tile_index, public)
        values ('one', 'one.tif', false, '1', 1, '{}', 1000, 1000, 256, '', true)"
echo "== 10^3 items"; items 1 1000; collection short 1000
lists 1000
get "GET a collection of 10^3, page 1" "/collections/~part-1-short"
echo "== 10^6 items"; items 1001 1000000; collection long 100000
lists 1000000
get "GET a collection of 10^5, its list of pages" "/collections/long"
get "GET a collection of 10^5, page 1" "/collections/~part-1-long"
get "GET a collection of 10^5, page 200" "/collections/~part-200-long"
get "GET members?limit=100, the first" "/api/v1/collections/long/members?limit=100"
get "GET members?limit=100, the last" "/api/v1/collections/long/members?limit=100&after=99899"
member() { sql -c "select id from collection_members where collection_id = 'long' and position = $1"; }
post "POST one member at the end of 10^5" /collections/long/members '{"members": [{"item": "i0500001"}]}'
post "POST one member at the beginning of 10^5" /collections/long/members '{"position": 0, "members": [{"item": "i0500002"}]}'
post "POST 500 members at the end of 10^5" /collections/long/members \
  "{\"members\": [$(seq 600001 600500 | awk '{printf "%s{\"item\": \"i%07d\"}", (NR > 1 ? "," : ""), $1}')]}"
post "move one member by 100 places" /collections/long/move "{\"position\": 50100, \"members\": [\"$(member 50000)\"]}"
post "move one member from the end to the beginning" /collections/long/move "{\"position\": 0, \"members\": [\"$(member 99999)\"]}"
echo "== 10^5 collections in one another"
fill -c "insert into collections (id, status, descriptive, label_text)
         select 'k' || lpad(n::text, 6, '0'), 'published', '{\"label\":{\"en\":[\"K\"]}}', 'K' from generate_series(0, 99999) n"
fill -c "insert into collection_members (id, collection_id, position, member_id)
         select gen_random_uuid(), 'k' || lpad(((n - 1) / 10)::text, 6, '0'), (n - 1) % 10, 'k' || lpad(n::text, 6, '0')
         from generate_series(1, 99999) n"
sql -c 'vacuum analyze collection_members' -c 'vacuum analyze collections'
get "GET /collections" "/collections"
get "GET a collection that is five levels down" "/collections/k050000"
post "add a collection to one five levels down" /collections/k050000/members '{"members": [{"collection": "k099999"}]}'
sql -c '\timing on' -c "delete from items where id = 'i0000001'" | sed 's/^Time: */          delete an item that is the first of 10^5: /'
