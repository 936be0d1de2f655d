-- Sweeps invites that nobody accepted. Bounded.
create or replace function orgs.purge(_limit int default 1000, _now timestamptz default now())
  returns int
  language sql volatile
  security definer set search_path = ''
as $$
  with old as (
    delete from orgs.invites i
     where i.id in (select d.id
                      from orgs.invites d
                     where d.expires_at <= _now order by d.expires_at limit _limit
                       for update skip locked)
    returning 1)
  select count(*)::int from old
$$;
comment on function orgs.purge(int, timestamptz) is
  'Deletes at most _limit expired invites, and says how many.';
revoke execute on function orgs.purge(int, timestamptz) from public;
grant execute on function orgs.purge(int, timestamptz) to authenticator;
