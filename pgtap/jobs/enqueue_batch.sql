begin;
select plan(3);

create temporary table batch as
  select jobs.enqueue_batch('[{"name": "http.request", "max_attempts": 1}, {"name": "http.request"}]',
                            '{"name": "webhook.deliver"}') as id;
select is((select j.state::text from jobs.jobs j join batch b using (id)), 'blocked', 'the callback waits');
do $$ begin
  perform jobs.claim('{default}', 2, '00000000-0000-0000-0000-000000000001');
perform jobs.fail(array(select min(j.id) from jobs.jobs j), array['no']);
end $$;
select is((select j.state::text from jobs.jobs j join batch b using (id)), 'blocked', 'for all of the batch');
do $$ begin perform jobs.complete(array(select j.id from jobs.jobs j)); end $$;
select is((select j.state::text from jobs.jobs j join batch b using (id)), 'ready',
          'and runs when all have ended, in whatever way');

select * from finish();
rollback;
