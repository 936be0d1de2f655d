begin;
select plan(5);
\ir ../../fixtures/api_keys.sql

create function pg_temp.revoke(_id uuid, _now timestamptz default '2026-02-01Z') returns text
  language sql as $$
  select concat_ws(' ', r.status, r.body ->> 'code', r.body ->> 'name')
    from auth.admin_api_key_revoke(_id, null, _now) r $$;
select is(pg_temp.revoke('00000000-0000-0000-0000-000000000003'), '200 bob''s', 'anybody''s key is revoked');
select is(pg_temp.revoke('00000000-0000-0000-0000-000000000003', '2026-03-01Z'), '200 bob''s',
          'and may be again');
select results_eq($$ select revoked_at from auth.api_keys where name = 'bob''s' $$,
                  array['2026-02-01Z'::timestamptz], 'which does not move the time');
select is(pg_temp.revoke('00000000-0000-0000-0000-000000000009'), '404 api_key_not_found',
          'one that is not there is not found');
select results_eq(
  $$ select action, traits ->> 'by' from auth.audit_log where action = 'api_key_revoked' limit 1 $$,
  $$ values ('api_key_revoked', 'admin') $$, 'the log says who did');

select * from finish();
rollback;
