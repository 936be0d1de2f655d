begin;
select plan(7);

create function pg_temp.mend(_check text) returns void language plpgsql as $$
begin execute (select fix from ops.doctor_machine() where "check" = _check); end $$;

create table public.counted (id smallserial primary key);
select setval('public.counted_id_seq', 30000);
select results_eq(
  $$ select ok, level, detail from ops.doctor_machine() where "check" = 'no sequence runs out' $$,
  $$ values (false, 'warning', 'public.counted_id_seq (92 %)') $$, 'a sequence near its end is named');
select lives_ok($$ select pg_temp.mend('no sequence runs out') $$, 'what mends it runs');
select results_eq($$ select ok from ops.doctor_machine() where "check" = 'no sequence runs out' $$,
                  array[true], 'and then there is room');

create extension hstore version '1.7';
select ok((select detail like '%hstore 1.7 (%'
             from ops.doctor_machine()
            where "check" = 'extensions are up to date' and not ok),
          'an extension that can be updated is named');
select lives_ok($$ select pg_temp.mend('extensions are up to date') $$, 'what updates it runs');
select ok((select ok and detail like '%hstore 1.8%'
             from ops.doctor_machine()
            where "check" = 'extensions are up to date'),
          'and then it is up to date');

select tests.as_service();
select throws_ok('select * from ops.doctor_machine()', '42501', null, 'only the owner asks');
select tests.as_owner();

select * from finish();
rollback;
