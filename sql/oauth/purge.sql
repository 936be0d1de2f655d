-- Sweeps authorizations that are over. A redeemed one stays a day, so that its
-- code, coming again, is known. Bounded.
create or replace function oauth.purge(_limit int default 1000, _now timestamptz default now())
  returns int
  language sql volatile
  security definer set search_path = ''
as $$
  with old as (
    delete from oauth.authorizations a
     where a.id in (select d.id from oauth.authorizations d
                     where d.expires_at <= _now - case when d.redeemed_at is null then interval '0'
                                                       else interval '1 day' end
                     order by d.expires_at limit _limit for update skip locked)
    returning 1)
  select count(*)::int from old
$$;
comment on function oauth.purge(int, timestamptz) is
  'Deletes at most _limit authorizations that are over, and says how many.';
revoke execute on function oauth.purge(int, timestamptz) from public;
grant execute on function oauth.purge(int, timestamptz) to authenticator;
