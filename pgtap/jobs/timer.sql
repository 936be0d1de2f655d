begin;
select plan(1);

select lives_ok($$ select jobs.timer() $$, 'a timer does nothing');

select * from finish();
rollback;
