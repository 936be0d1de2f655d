-- Sweeps challenges that nobody answered. Bounded, and skips what is in use.
create or replace function auth.purge_mfa(_limit int default 1000, _now timestamptz default now())
  returns int
  language sql volatile
  security definer set search_path = ''
as $$
  with old_challenges as (
    delete from auth.mfa_challenges c
     where c.id in (select d.id
                      from auth.mfa_challenges d
                     where d.expires_at <= _now order by d.expires_at limit _limit
                       for update skip locked)
    returning 1),
  old_passkey_challenges as (
    delete from auth.passkey_challenges c
     where c.id in (select d.id
                      from auth.passkey_challenges d
                     where d.expires_at <= _now order by d.expires_at limit _limit
                       for update skip locked)
    returning 1)
  select ((select count(*) from old_challenges) + (select count(*) from old_passkey_challenges))::int
$$;
comment on function auth.purge_mfa(int, timestamptz) is
  'Deletes expired challenges of factors and passkeys, at most _limit of each, and says how many.';
revoke execute on function auth.purge_mfa(int, timestamptz) from public;
grant execute on function auth.purge_mfa(int, timestamptz) to authenticator;
