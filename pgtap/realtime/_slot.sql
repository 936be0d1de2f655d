begin;
select plan(2);

select results_eq($$ select realtime._slot(to_timestamp(n * 100), 100)::int from generate_series(0, 5) n $$,
                  array[0, 1, 2, 3, 0, 1], 'slots take turns');
select is(realtime._slot(to_timestamp(99), 100)::int, 0, 'and last as long as they should');

select * from finish();
rollback;
