begin; select plan(1);
select jobs.register('notice');
select storage.hook_set('created', 'notice');
select tests.as_service();
select results_eq($$ select status from storage.hook_unset('created', 'notice', 'b')
                     union all
                     select status from storage.hook_unset('created', 'notice')
                     union all
                     select status from storage.hook_unset('created', 'notice') $$,
                  array[404, 200, 404], 'a hook is removed, just that one, once');
select * from finish(); rollback;
