begin;
select plan(6);

create temporary table made as
  select m.id, m.ord
    from unnest(jobs.enqueue_many('[{"name": "http.request", "priority": 5, "queue": "fast"},
                                    {"name": "mail.send",
                                     "payload": {"message": 7}}]')) with ordinality as m (id, ord);
select results_eq(
  $$ select j.name, j.queue, j.priority from made m join jobs.jobs j using (id) order by m.ord $$,
  $$ values ('http.request', 'fast', 5), ('mail.send', 'default', 0) $$, 'ids come in the order of the jobs');
select results_eq($$ select cardinality(jobs.enqueue_many('[]')) $$, array[0], 'no jobs are no mistake');
select throws_ok($$ select jobs.enqueue_many('[{"name": "http.request"}, {"name": "nobody"}]') $$, 'PT422',
                 'No handler is registered for jobs named ''nobody''.', 'one that is refused refuses all');
select throws_ok($$ select jobs.enqueue_many('{}') $$, 'PT422', 'Jobs come as a JSON array of objects.',
                 'other than arrays are refused');
select throws_ok($$ select jobs.enqueue_many('[{"name": "http.request", "after": [0]}]') $$,
                 'PT422',
                 'http.request cannot wait for job 0, which is unknown or did not succeed.',
                 'what is waited for must exist');
do $$ begin
  perform jobs.enqueue('sms.send', '{"message": 1}', _after => array(select m.id from made m));
end $$;
select results_eq($$ select j.state::text, j.waits_for from jobs.jobs j where j.name = 'sms.send' $$,
                  $$ values ('blocked', 2) $$, 'a job that waits for others is blocked');

select * from finish();
rollback;
