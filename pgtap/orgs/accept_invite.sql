begin;
select plan(9);

insert into orgs.orgs (id, name, slug) values ('00000000-0000-0000-0000-000000000001', 'Acme', 'acme');
insert into orgs.members (org_id, user_id, role)
values ('00000000-0000-0000-0000-000000000001', tests.user('ai-ada'), 'org_admin');
select tests.user('ai-bob'), tests.user('ai-eve');
update auth.users
   set email_confirmed_at = '2026-01-01Z'
 where id in (tests.user('ai-bob'), tests.user('ai-eve'));
create function pg_temp.invite(_role text, _hash bytea) returns void language sql as $$
  insert into orgs.invites (org_id, email, role, token_hash, invited_by, expires_at)
  values ('00000000-0000-0000-0000-000000000001', 'ai-bob@example.test', _role,
          _hash, tests.user('ai-ada'), '2026-01-08Z') $$;
create function pg_temp.accept(_hash bytea, _now timestamptz default '2026-01-02Z') returns text
  language sql as $$
  select concat_ws(' ', a.status, coalesce(a.body ->> 'code', a.body ->> 'role'))
    from orgs.accept_invite(_hash, _now) a $$;

select pg_temp.invite('operator', '\x01');
select tests.as_anon();
select throws_ok($$ select orgs.accept_invite('\x01') $$, '42501', null, 'nobody joins without an account');
select tests.as_user('ai-eve');
select is(pg_temp.accept('\x01'), '404 invite_not_found', 'somebody else''s link is worth nothing');
select tests.as_user('ai-bob');
select is(pg_temp.accept('\x01', '2026-01-08Z'), '404 invite_not_found', 'an invite expires');
select is(pg_temp.accept('\x01'), '200 operator', 'the invited one joins');
select is(pg_temp.accept('\x01'), '404 invite_not_found', 'once');
select tests.as_owner();
select pg_temp.invite('viewer', '\x02');
select tests.as_user('ai-bob');
select is(pg_temp.accept('\x02'), '200 operator', 'a member keeps the role they have');
select tests.as_owner();
delete from orgs.members where user_id = tests.user('ai-bob');
select pg_temp.invite('org_admin', '\x03');
update orgs.members set role = 'operator' where user_id = tests.user('ai-ada');
select tests.as_user('ai-bob');
select is(pg_temp.accept('\x03'), '404 invite_not_found',
          'an invite is worth no more than whoever sent it has now');
select tests.as_owner();
select is_empty($$ select from orgs.invites where token_hash = '\x03' $$, 'and is gone');
select is_empty($$ select from orgs.members where user_id = tests.user('ai-bob') $$,
                'and nobody joined by it');

select * from finish();
rollback;
