begin;
select plan(4);

-- tests that run beside this one wait, and none waits for them
lock table auth.audit_log in access exclusive mode;

delete from auth.audit_seals;
delete from auth.audit_log;
select is_empty('select from auth.verify_audit()', 'before the first seal there is nothing to prove');
select auth._audit('login', 'account', null, null, null);
select auth.seal_audit();
select auth._audit('logout', 'account', null, null, null);
select results_eq('select lines, intact from auth.verify_audit()', $$ values (1::bigint, true) $$,
                  'what came after the seal is not judged yet');
update auth.audit_log set action = 'logout' where action = 'login';
select results_eq('select intact from auth.verify_audit()', array[false], 'what it covers is');
select tests.as_anon();
select throws_ok($$ select * from auth.verify_audit() $$, '42501', null, 'clients may not ask');

select * from finish();
rollback;
