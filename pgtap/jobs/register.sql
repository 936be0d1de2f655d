begin;
select plan(10);

create function public.f(_p jsonb) returns void language sql as $$ $$;
select is(jobs.register('f', 'public.f', _version => 2), 'f@2', 'a version has a name of its own');
select is(jobs.register('f', 'public.f'), 'f', 'the first one the bare name');
do $$ begin perform jobs.enqueue('f'), jobs.enqueue('f@1'); end $$;
select results_eq($$ select j.name from jobs.jobs j order by j.id $$, $$ values ('f@2'), ('f') $$,
                  'which means the newest');
select throws_ok($$ select jobs.register('g', 'public.nope') $$,
                 'PT422',
                 'There is no function public.nope(jsonb) or public.nope().',
                 'functions that are not there are refused');
select throws_ok($$ select jobs.register('g', 'public.f', 'howdah_owner') $$,
                 'PT422',
                 'Jobs cannot run as howdah_owner: grant it to authenticator first.',
                 'and roles that nobody may take');

create role reporter;
grant reporter to authenticator;
do $$ begin perform jobs.register('report', 'public.f', 'reporter'); end $$;
select throws_ok($$ select jobs.register('g', 'public.f', 'authenticator') $$,
                 'PT422',
                 'Jobs cannot run as authenticator: grant it to authenticator first.',
                 'and the login of the server');
select tests.as_service();
select throws_ok($$ select jobs.register('g', 'public.f', 'reporter') $$,
                 'PT422', 'You may not have jobs run as reporter.', 'nobody lends a role that is not theirs');
select lives_ok($$ select jobs.enqueue('report') $$,
                'but a handler that was registered under one is there for all');
select throws_ok(format('select jobs.register(''g'', %s)', o.options),
                 'PT422',
                 'version, max_attempts and timeout must be positive, a timeout is a year at most, and a queue has a name of up to 100 characters.',
                 'refused: ' || o.options)
  from unnest(array['_max_attempts => 0', '_timeout => ''-1 s''']) as o (options);

select * from finish();
rollback;
