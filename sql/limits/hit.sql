-- Counts one event in a fixed window, in one upsert. Callers commit whatever
-- they answer, so that refusals count too. Locks the key's row alone.
create or replace function limits.hit(
  _bucket text, _key text, _limit int, _window interval, _now timestamptz default now())
  returns int
  language plpgsql volatile
as $$
declare
  v_start constant timestamptz := date_bin(_window, _now, 'epoch');
  v_hits  int;
begin
  insert into limits.windows as w (bucket, key, started_at, hits)
  values (_bucket, coalesce(_key, ''), v_start, 1)
      on conflict (bucket, key) do update
     set hits = case when w.started_at = excluded.started_at then w.hits + 1 else 1 end,
         started_at = excluded.started_at
  returning w.hits into v_hits;
  if (v_hits <= _limit) is not true then
    return greatest(1, ceil(extract(epoch from v_start + _window - _now))::int);
  end if;
  return 0;
end
$$;
comment on function limits.hit(text, text, int, interval, timestamptz) is
  'Counts a hit of the key in the bucket: 0 while at most _limit fall into the window, else the seconds '
  'until the next window. A null limit refuses.';
