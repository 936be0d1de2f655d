-- The audit log is chained after the fact, a batch at a time: a chain that each line
-- waited for would queue up every sign-in. The server logs each seal, so that the
-- newest hash lies where the database's owner cannot change it.

-- The hash of a stretch of the log, given the one before.
create or replace function auth._audit_hash(_before bytea, _after_id bigint, _up_to bigint)
  returns table (lines bigint, hash bytea)
  language sql stable
as $$
  select count(*),
         sha256(_before || coalesce(string_agg(sha256(convert_to(jsonb_build_array(
           a.id, extract(epoch from a.created_at), a.action, a.log_type, a.actor_id,
           a.session_id, host(a.ip), a.traits)::text, 'UTF8')), ''::bytea order by a.id), ''))
    from auth.audit_log a
   where a.id > _after_id and a.id <= _up_to
$$;

create or replace function auth.seal_audit(
  _batch int default 10000, _now timestamptz default now(),
  out status int, out body jsonb)
  returns record
  language plpgsql volatile
  security definer set search_path = ''
as $$
declare
  v_last  auth.audit_seals;
  v_up_to bigint;
begin
  status := 200;
  perform pg_advisory_xact_lock(hashtextextended('howdah.auth.seal_audit', 0));
  select s.* into v_last from auth.audit_seals s order by s.up_to desc limit 1;
  -- Who has written a line and not committed would come too late: a moment of quiet, or not now.
  perform set_config('lock_timeout', '100ms', true);
  begin
    lock table auth.audit_log in share mode;
  exception when lock_not_available then
    return;
  end;
  select max(a.id) into v_up_to
    from (
      select l.id from auth.audit_log l where l.id > coalesce(v_last.up_to, 0) order by l.id limit _batch) a;
  if v_up_to is null then
    return;
  end if;
  insert into auth.audit_seals as s (up_to, lines, hash, sealed_at)
  select v_up_to, h.lines, h.hash, _now
    from auth._audit_hash(coalesce(v_last.hash, ''), coalesce(v_last.up_to, 0), v_up_to) h
  returning jsonb_build_object('up_to', s.up_to, 'lines', s.lines, 'hash', encode(s.hash, 'hex')) into body;
end
$$;
comment on function auth.seal_audit(int, timestamptz) is
  'Seals at most _batch lines of the audit log that no seal covers yet: 200 with {up_to, lines, hash}, null '
  'for none, and while somebody is writing.';
revoke execute on function auth.seal_audit(int, timestamptz) from public;
grant execute on function auth.seal_audit(int, timestamptz) to authenticator;
