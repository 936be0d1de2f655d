begin;
select plan(4);
set local rest.affected = '3';
select lives_ok($$ select rest.check_affected(1, 3, 'PGRST124', 400) $$, 'within bounds nothing happens');
select throws_ok($$ select rest.check_affected(1, 1, 'PGRST116', 406) $$, 'PT406', '3',
                 'too many rows abort');
select throws_ok($$ select rest.check_affected(4, 9, 'PGRST116', 406) $$, 'PT406', '3', 'so do too few');
set local rest.affected = '';
select throws_ok($$ select rest.check_affected(0, 9, 'PGRST116', 406) $$, 'PT406', '0',
                 'and a count that nobody left');
select * from finish();
rollback;
