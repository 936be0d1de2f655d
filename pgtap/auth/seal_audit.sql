begin;
select plan(7);
-- tests that run beside this one wait, and none waits for them
lock table auth.audit_log in access exclusive mode;

delete from auth.audit_seals;
delete from auth.audit_log;
select auth._audit('login', 'account', null, null, '192.0.2.1'),
       auth._audit('logout', 'account', null, null, null);
select results_eq($$ select status, body -> 'lines' from auth.seal_audit() $$, $$ values (200, '2'::jsonb) $$,
                  'what was written is sealed');
select results_eq($$ select status, body from auth.seal_audit() $$, $$ values (200, null::jsonb) $$, 'once');
select auth._audit('login', 'account', null, null, null, '{"method": "password"}');
select auth.seal_audit();
select results_eq('select lines, intact from auth.verify_audit()',
                  $$ values (2::bigint, true), (1::bigint, true) $$,
                  'and is intact as long as nobody touches it');
savepoint written;
update auth.audit_log set ip = '192.0.2.2' where ip is not null;
select results_eq('select intact from auth.verify_audit()', array[false, true],
                  'a line that was changed shows');
rollback to written;
delete from auth.audit_log where action = 'logout';
select results_eq('select intact from auth.verify_audit()', array[false, true], 'and one that is gone');
rollback to written;
update auth.audit_seals set hash = 'forged' where lines = 2;
select results_eq('select intact from auth.verify_audit()', array[false, false],
                  'a seal that was changed breaks the next one too');
select tests.as_anon();
select throws_ok($$ select auth.seal_audit() $$, '42501', null, 'anon may not call it');

select * from finish();
rollback;
