begin;
select plan(19);

select isnt(jobs.enqueue('mail.send', '{"message": 1}'), null, 'a job gets an id');
select results_eq($$ select state::text, queue, name, max_attempts, priority from jobs.jobs $$, $$
                    values ('ready', 'default', 'mail.send', 3, 0) $$,
                  'and waits with the platform''s defaults');
select is(jobs.enqueue('http.request', _idempotency_key => 'k'),
          jobs.enqueue('http.request', _idempotency_key => 'k'), 'an idempotency key stands for one job');
select isnt(jobs.enqueue('http.request', _idempotency_key => 'k'), jobs.enqueue(
              'http.request', _idempotency_key => 'k', _now => now() + '8 days'),
            'until its window ends');
do $$ begin perform jobs.enqueue('sms.send', '{"message": 1}', _run_at => now() + '1 hour'); end $$;
select results_eq($$ select j.state::text, j.run_at from jobs.jobs j where j.name = 'sms.send' $$,
                  $$ values ('scheduled', now() + '1 hour'::interval) $$, 'a job of the future is scheduled');
select throws_ok(
  $$ select jobs.enqueue('mail.sned') $$, 'PT422', 'No handler is registered for jobs named ''mail.sned''.',
  'unknown handlers are refused');
select throws_ok($$ select jobs.enqueue('mail.send', '{"to": 1}') $$,
                 'PT422',
                 'The payload of mail.send lacks the member "message".',
                 'a payload without what the handler requires is refused');
select tests.as_service();
select lives_ok($$ select jobs.enqueue('webhook.deliver') $$, 'trusted servers enqueue');

select tests.as_owner();
create role reporter;
grant reporter to authenticator;
create function public.f() returns void language sql as $$ $$;
select lives_ok($$ select jobs.enqueue('sql', '{"function": "public.f", "role": "reporter"}') $$,
                'a function may run as a role that the asker may become');
select tests.as_service();
select throws_ok($$ select jobs.enqueue('sql', '{"function": "public.f", "role": "reporter"}') $$,
                 'PT422', 'You may not have jobs run as reporter.', 'and as no other');
select throws_ok($$ select jobs.enqueue('webhook.deliver', null) $$,
                 'PT422', 'The payload of webhook.deliver must be a JSON object.', 'no payload is no object');
select throws_ok(format('select jobs.enqueue(''webhook.deliver'', %s)', o.options),
                 'PT422',
                 'max_attempts, timeout and unique_for must be positive, a timeout is a year at most, run_at is finite, a queue has a name of up to 100 characters, and keys have up to 500.',
                 'refused: ' || left(o.options, 40))
  from unnest(array[
    '_max_attempts => 0', '_timeout => ''300 years''', '_queue => repeat(''q'', 101)',
    '_concurrency_key => repeat(''k'', 501)',
    '_idempotency_key => (select string_agg(md5(n::text), '''') from generate_series(1, 1000) n)',
    '_run_at => ''infinity''', '_run_at => ''-infinity''']) as o (options);
select tests.as_owner();
select throws_ok($$ update jobs.jobs set run_at = '-infinity' $$, '23514', null,
                 'and no other way leads to a time that no worker can read');

select * from finish();
rollback;
