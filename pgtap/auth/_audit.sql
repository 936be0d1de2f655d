begin;
select plan(1);

select auth._audit('login', 'account', null, null, '192.0.2.1', '{"provider": "email"}');
select results_eq('select action, log_type, host(ip), traits from auth.audit_log', $$
                    values ('login', 'account', '192.0.2.1', '{"provider": "email"}'::jsonb) $$,
                  'one line is written');

select * from finish();
rollback;
