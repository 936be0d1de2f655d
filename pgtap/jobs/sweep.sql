begin;
select plan(8);

do $$ begin perform jobs.enqueue('http.request', _max_attempts => 1); perform jobs.enqueue('http.request');
  perform jobs.claim('{default}', 2, '00000000-0000-0000-0000-000000000001');
  perform jobs.sweep(now() + '1 minute');
  end $$;
select is((select count(*)::int from jobs.jobs j where j.state = 'running'), 2,
          'leases that last are left alone');
do $$ begin perform jobs.sweep(now() + '10 minutes'); end $$;
select results_eq($$ select f.state::text, f.errors -> 0 ->> 'error' from jobs.finished f $$, $$
                    values ('dead', 'the worker was not heard of until the lease ended') $$,
                  'a job that kills its workers becomes a dead letter');
select results_eq($$ select j.state::text from jobs.jobs j $$, array['scheduled'], 'another comes again');
delete from jobs.jobs;
update jobs.slots s set current = 3, opened_id = 0, opened_at = now() where s.kind = 'jobs';
do $$ begin perform jobs.sweep(now() + '2 minutes'); end $$;
select isnt((select s.current from jobs.slots s where s.kind = 'jobs'), 3::smallint, 'slots take turns');
do $$ begin
  perform jobs.sweep(now() + n.n * '1 day 1 hour'::interval)
     from generate_series(1, 9) n (n);
end $$;
select is((select count(*)::int from jobs.finished f where f.slot = 8), 1, 'dead letters outlive the others');
do $$ begin perform jobs.sweep(now() + '40 days'); end $$;
select is((select count(*)::int from jobs.finished f), 0, 'but not for ever');

do $$ begin
  perform jobs.enqueue('http.request');
perform jobs.claim('{default}', 1, '00000000-0000-0000-0000-000000000001', _now => now() + '1 day');
  perform jobs.sweep(); end $$;
select is((select j.locked_until from jobs.jobs j where j.state = 'running'), now() + '300 seconds',
          'a lease from before the clock was set back ends as one of now');
do $$ begin
  perform jobs.register('ext'), jobs.enqueue('ext');
perform jobs.poll('00000000-0000-0000-0000-000000000001', null, 1, _lease_s => 3600);
perform jobs.sweep(now() + '10 minutes');
end $$;
select is((select count(*)::int from jobs.jobs j where j.state = 'running'), 1,
          'one that was asked to be long lasts');

select * from finish();
rollback;
