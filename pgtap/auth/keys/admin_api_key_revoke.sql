begin;
select plan(5);

insert into auth.users (id, email, email_confirmed_at)
values ('00000000-0000-0000-0000-00000000000a', 'ada@example.test', now()),
       ('00000000-0000-0000-0000-00000000000f', 'bob@example.test', now());
insert into auth.api_keys (id, user_id, name, prefix, key_hash, created_at)
values ('00000000-0000-0000-0000-000000000001', '00000000-0000-0000-0000-00000000000a',
        'old', 'aaaaaaaa', '\x01', '2026-01-01Z'),
       ('00000000-0000-0000-0000-000000000002', '00000000-0000-0000-0000-00000000000a',
        'new', 'bbbbbbbb', '\x01', '2026-01-02Z'),
       ('00000000-0000-0000-0000-000000000003', '00000000-0000-0000-0000-00000000000f',
        'bob''s', 'cccccccc', '\x01', '2026-01-03Z');

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
