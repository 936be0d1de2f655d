-- What a node counted since it last told, in one statement: rows of prefix,
-- surface, outcome, calls, ms and hits (those of the current minute). Keys are
-- updated in order of their id, so that nodes that tell at once do not deadlock.
create or replace function auth.record_api_key_usage(_rows jsonb, _now timestamptz default now())
  returns int
  language plpgsql volatile
  security definer set search_path = ''
as $$
declare
  v_minute constant timestamptz := date_trunc('minute', _now);
begin
  with told as (
    select k.id, sum(r.hits)::int as hits
      from jsonb_to_recordset(_rows) as r (prefix text, hits int)
      join auth.api_keys k on k.prefix = r.prefix
     group by k.id),
  locked as (
    select k.id, t.hits from auth.api_keys k join told t on t.id = k.id order by k.id for no key update of k)
  update auth.api_keys k
     set last_used_at = _now, window_started_at = v_minute,
         window_hits = l.hits + case when k.window_started_at = v_minute then k.window_hits else 0 end
    from locked l
   where k.id = l.id;
  insert into auth.api_key_usage as u (key_id, hour, surface, outcome, calls, total_ms)
  select k.id, date_trunc('hour', _now), left(r.surface, 32), left(r.outcome, 8), sum(r.calls), sum(r.ms)
    from jsonb_to_recordset(_rows) as r (prefix text, surface text, outcome text, calls bigint, ms bigint)
    join auth.api_keys k on k.prefix = r.prefix
   group by k.id, left(r.surface, 32), left(r.outcome, 8)
   order by 1, 3, 4
      on conflict (key_id, hour, surface, outcome) do update
     set calls = u.calls + excluded.calls, total_ms = u.total_ms + excluded.total_ms;
  return jsonb_array_length(_rows);
end
$$;
comment on function auth.record_api_key_usage(jsonb, timestamptz) is
  'Adds a node''s counts to the usage of keys: [{prefix, surface, outcome, calls, ms, hits}]. '
  'Unknown prefixes are ignored.';
revoke execute on function auth.record_api_key_usage(jsonb, timestamptz) from public;
grant execute on function auth.record_api_key_usage(jsonb, timestamptz) to authenticator;
