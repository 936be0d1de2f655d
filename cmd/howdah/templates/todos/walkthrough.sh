#!/bin/sh
# A walk through the todo app with curl: two users sign up, each adds and lists
# todos, and neither sees the other's. Needs URL and ANON_KEY in the
# environment: eval "$(bin/howdah keys --env)". Safe to run again.
set -eu
: "${URL:?run: eval \"\$(bin/howdah keys --env)\"}" "${ANON_KEY:?run: eval \"\$(bin/howdah keys --env)\"}"
run=$(date +%s)-$$

call() { # METHOD PATH TOKEN [BODY]
  curl -sS --fail-with-body -X "$1" "$URL$2" -H "apikey: $ANON_KEY" -H "Authorization: Bearer $3" \
    -H 'Content-Type: application/json' -H 'Prefer: return=representation' ${4:+-d "$4"}
}
token_of() { sed -n 's/.*"access_token":"\([^"]*\)".*/\1/p'; }

echo "1. ada and bob sign up"
ada=$(call POST /auth/v1/signup "$ANON_KEY" "{\"email\":\"ada-$run@example.test\",\"password\":\"correct horse battery\"}" | token_of)
bob=$(call POST /auth/v1/signup "$ANON_KEY" "{\"email\":\"bob-$run@example.test\",\"password\":\"staple pony charger\"}" | token_of)
[ -n "$ada" ] && [ -n "$bob" ]

echo "2. ada signs in with her password"
ada=$(call POST '/auth/v1/token?grant_type=password' "$ANON_KEY" "{\"email\":\"ada-$run@example.test\",\"password\":\"correct horse battery\"}" | token_of)

echo "3. each adds a todo"
call POST /rest/v1/todos "$ada" '{"task":"weave"}'; echo
call POST /rest/v1/todos "$bob" '{"task":"build"}'; echo

echo "4. each lists: row level security shows their own only"
mine=$(call GET '/rest/v1/todos?select=task,is_complete&order=id' "$ada"); echo "ada: $mine"
theirs=$(call GET '/rest/v1/todos?select=task,is_complete&order=id' "$bob"); echo "bob: $theirs"
[ "$mine" = '[{"task":"weave","is_complete":false}]' ] && [ "$theirs" = '[{"task":"build","is_complete":false}]' ]

echo "5. ada completes hers through a SQL function"
[ "$(call POST /rest/v1/rpc/complete_todos "$ada" '{}')" = 1 ]

echo "6. bob cannot touch ada's"
[ "$(call PATCH '/rest/v1/todos?task=eq.weave' "$bob" '{"task":"mine"}')" = '[]' ]

echo "7. ada signs out, and her token is dead on the next request"
call POST /auth/v1/logout "$ada"
code=$(curl -sS -o /dev/null -w '%{http_code}' "$URL/rest/v1/todos" -H "apikey: $ANON_KEY" -H "Authorization: Bearer $ada")
[ "$code" = 401 ]
echo "All as it should be."
