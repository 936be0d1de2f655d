-- Lets one event of a key through each _gap, counted from the last that was let
-- through. One upsert; locks the key's row alone.
create or replace function limits.gap(_bucket text, _key text, _gap interval, _now timestamptz default now())
  returns int
  language plpgsql volatile
as $$
declare
  v_started_at timestamptz;
begin
  insert into limits.windows as w (bucket, key, started_at, hits)
  values (_bucket, coalesce(_key, ''), _now, 1)
      on conflict (bucket, key) do update
     set started_at = excluded.started_at, hits = 1
   where w.started_at <= _now - _gap;
  if found then
    return 0;
  end if;
  select w.started_at into v_started_at
    from limits.windows w
   where w.bucket = _bucket and w.key = coalesce(_key, '');
  return greatest(1, ceil(extract(epoch from v_started_at + _gap - _now))::int);
end
$$;
comment on function limits.gap(text, text, interval, timestamptz) is
  'Whether the key may go now: 0, or the seconds until _gap has passed since it last went.';
