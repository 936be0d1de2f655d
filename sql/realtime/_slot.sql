-- The partition of realtime.changes that is written to at a moment.
create or replace function realtime._slot(_at timestamptz, _seconds int)
  returns smallint
  language sql immutable strict parallel safe
as $$
  select ((extract(epoch from _at)::bigint / _seconds) % 4)::smallint
$$;
revoke execute on function realtime._slot(timestamptz, int) from public;
