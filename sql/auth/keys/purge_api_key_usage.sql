-- Sweeps usage that is no longer reported. Bounded.
create or replace function auth.purge_api_key_usage(
  _older_than interval default '31 days', _limit int default 1000, _now timestamptz default now())
  returns int
  language sql volatile
  security definer set search_path = ''
as $$
  with old as (
    delete from auth.api_key_usage u
     where u.ctid = any (array(select d.ctid
                                 from auth.api_key_usage d
                                where d.hour < _now - _older_than order by d.hour limit _limit
                                  for update skip locked))
    returning 1)
  select count(*)::int from old
$$;
comment on function auth.purge_api_key_usage(interval, int, timestamptz) is
  'Deletes at most _limit hours of usage that are older, and says how many.';
revoke execute on function auth.purge_api_key_usage(interval, int, timestamptz) from public;
grant execute on function auth.purge_api_key_usage(interval, int, timestamptz) to authenticator;
