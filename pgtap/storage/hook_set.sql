begin; select plan(6);
select tests.alone('storage');
insert into storage.buckets (id, name) values ('b', 'b');
select jobs.register('notice');
select tests.as_service();
select results_eq($$ select status from storage.hook_set('created', 'notice', 'b')
                     union all
                     select status from storage.hook_set('created', 'notice', 'b', '{"n": 1}') $$,
                  array[200, 200], 'a hook is set, and set anew');
select tests.as_owner();
select results_eq('select event, bucket_id, payload from storage.hooks',
                  $$ values ('created', 'b', '{"n": 1}'::jsonb) $$, 'once');
select is_empty($$ select from jobs.jobs where name = 'notice' $$, 'trying the job leaves none');
select throws_ok($$ select storage.hook_set('created', 'unheard of') $$, 'PT422', null,
                 'a job that nobody does is refused');
select throws_ok($$ select storage.hook_set('eaten', 'notice') $$, '23514', null, 'so is an unknown event');
select tests.as_user('ada');
select throws_ok($$ select storage.hook_set('created', 'notice') $$, '42501', null, 'users set no hooks');
select * from finish(); rollback;
