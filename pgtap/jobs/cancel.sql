begin;
select plan(6);

do $$ begin
  perform jobs.enqueue('http.request', _idempotency_key => 'k');
perform jobs.claim('{default}', 1, '00000000-0000-0000-0000-000000000001');
end $$;
do $$ begin perform jobs.enqueue('sms.send', '{"message": 1}', _after => array(select j.id from jobs.jobs j));
  perform jobs.enqueue(
    'mail.send', '{"message": 1}',
    _after => array(select j.id from jobs.jobs j where j.name = 'http.request'), _after_any => true);
  end $$;
select is(cardinality(jobs.cancel(array(select j.id from jobs.jobs j where j.name = 'http.request'))), 1,
          'a running job ends');
select results_eq($$ select f.name, f.state::text from jobs.finished f order by 1 $$, $$
                    values ('http.request', 'cancelled'), ('sms.send', 'cancelled') $$,
                  'with what waited for its success');
select results_eq($$ select j.name, j.state::text from jobs.jobs j $$, $$ values ('mail.send', 'ready') $$,
                  'but not with what waited for its end');
select is_empty($$ select k.key from jobs.keys k $$, 'and its key is free');

delete from jobs.jobs;
delete from jobs.finished;
do $$
declare
  v_last bigint := jobs.enqueue('http.request');
begin
  for v_n in 1 .. 2000 loop
    v_last := jobs.enqueue('http.request', _after => array[v_last], _after_any => v_n = 2000);
  end loop;
end
$$;
select lives_ok($$ select jobs.cancel(array(select min(j.id) from jobs.jobs j)) $$,
                'a chain of thousands can be cancelled at its head');
select results_eq($$ select count(*)::int, (select j.state::text from jobs.jobs j)
                       from jobs.finished f
                      where f.state = 'cancelled' $$,
                  $$ values (2000, 'ready') $$, 'all of it ends, but for what wanted no success');

select * from finish();
rollback;
