begin;
select plan(2);

select is(jobs.cron_sync('off'), 'nothing ticks', 'off: nothing ticks');
select throws_ok($$ select jobs.cron_sync('pg_cron') $$,
                 'PT409', 'The extension pg_cron is not in this database.', 'pg_cron must be there');

select * from finish();
rollback;
