-- Computes the chain over the audit log anew.
create or replace function auth.verify_audit()
  returns table (up_to bigint, lines bigint, sealed_at timestamptz, intact boolean)
  language sql stable
  security definer set search_path = ''
as $$
  select s.up_to, s.lines, s.sealed_at, (h.hash = s.hash) is true
    from (select s.*, coalesce(lag(s.hash) over w, '') as before, coalesce(lag(s.up_to) over w, 0) as after_id
            from auth.audit_seals s
          window w as (order by s.up_to)) s
   cross join lateral auth._audit_hash(s.before, s.after_id, s.up_to) h
   order by s.up_to
$$;
comment on function auth.verify_audit() is
  'Each seal of the audit log, and whether its lines are as they were written. Compare the newest hash with '
  'the server''s own log: a chain that was made anew from its beginning is intact too.';
revoke execute on function auth.verify_audit() from public;
grant execute on function auth.verify_audit() to service_role;
