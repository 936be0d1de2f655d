begin;
select plan(7);

create schema app;
create function app.one(_event jsonb) returns jsonb language sql as $$ select '{}'::jsonb $$;
create function app.two(_event jsonb) returns jsonb language sql as $$ select '{}'::jsonb $$;
select auth.set_hook('on_login', 'app.one(jsonb)');
select results_eq($$ select status
                       from auth.configure_hooks('[{"event": "on_login", "function": "app.one"},
                                                   {"event": "on_login", "function": "app.two"}]') $$,
                  array[200], 'functions are named');
select set_eq('select function, configured from auth.hooks',
              $$ values ('app.one', false), ('app.two', true) $$,
              'and registered, beside those that were by hand');
select results_eq($$ select status, body ->> 'code'
                       from auth.configure_hooks('[{"event": "on_login", "function": "app.three"}]') $$,
                  $$ values (400, 'hook_function_missing') $$, 'one that is not there is refused');
select throws_ok($$ select auth.configure_hooks('[{"event": "never", "function": "app.two"}]') $$,
                 '23514', null, 'and an event that is none');
select results_eq($$ select status from auth.configure_hooks('[]') $$, array[200], 'none are named');
select results_eq('select function from auth.hooks', array['app.one'],
                  'what is no longer named goes, what was registered by hand stays');
select tests.as_service();
select throws_ok($$ select auth.configure_hooks('[]') $$, '42501', null, 'request roles configure none');

select * from finish();
rollback;
