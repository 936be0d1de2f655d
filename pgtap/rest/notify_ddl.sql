begin;
select plan(3);
select has_function('rest', 'notify_ddl', 'the trigger function is there');
select set_eq($$ select e.evtevent::text collate "C"
                   from pg_event_trigger e
                  where e.evtfoid = 'rest.notify_ddl'::regproc $$,
              $$ values ('ddl_command_end'), ('sql_drop') $$,
              'it hears of what is made and of what is dropped');
select ok(not has_function_privilege('authenticator', 'rest.notify_ddl()', 'execute'), 'nobody calls it');
select * from finish();
rollback;
