begin;
select plan(8);

do $$ begin
  perform jobs.enqueue('http.request')
     from generate_series(1, 10);
perform jobs.queue_set('default', _concurrency => 3);
end $$;
select is((select count(*)::int from jobs.claim('{default}', 10, '00000000-0000-0000-0000-000000000001')), 3,
          'a queue runs as many jobs at once as it may');
select is((select count(*)::int from jobs.claim('{default}', 10, '00000000-0000-0000-0000-000000000001')), 0,
          'and no more');
do $$ begin perform jobs.queue_set('default', _rate_limit => 2, _rate_period => '1 minute'); end $$;
select is((select count(*)::int from jobs.claim('{default}', 10, '00000000-0000-0000-0000-000000000001')), 2,
          'or starts as many in a period');
select is((select count(*)::int
             from jobs.claim('{default}', 10, '00000000-0000-0000-0000-000000000001',
                             _now => now() + '10 seconds')),
          0, 'and no more');
select is((select count(*)::int
             from jobs.claim('{default}', 10, '00000000-0000-0000-0000-000000000001',
                             _now => now() + '31 seconds')),
          1, 'than time has given back');

do $$ begin perform jobs.queue_set('default', _rate_limit => 2, _rate_period => '1 minute'); end $$;
select is((select count(*)::int
             from jobs.claim('{default}', 10, '00000000-0000-0000-0000-000000000001',
                             _names => '{mail.send}', _now => now() + '5 minutes')),
          0, 'who finds nothing for itself');
select is((select count(*)::int
             from jobs.claim('{default}', 10, '00000000-0000-0000-0000-000000000001',
                             _now => now() + '5 minutes')),
          2, 'takes nothing from the others'' rate');
select is((select count(*)::int from jobs.claim('{default}', 10, '00000000-0000-0000-0000-000000000001')), 2,
          'a clock that is set back does not stop the queue');

select * from finish();
rollback;
