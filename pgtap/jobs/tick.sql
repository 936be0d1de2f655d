begin;
select plan(11);

do $$ begin
  perform jobs.schedule('* * * * *', 'http.request', _name => n.n::text, _now => '2026-01-01 00:00:30Z')
     from generate_series(1, 1000) as n (n);
end $$;
select is(jobs.tick(_now => '2026-01-01 00:00:59Z'), 0, 'nothing is early');
select is(jobs.tick(_now => '2026-01-01 00:01:00Z'), 1000, 'a thousand schedules of one minute all come');
select is(jobs.tick(_now => '2026-01-01 00:01:01Z'), 0, 'once');
delete from jobs.schedules;
do $$ begin
  perform jobs.schedule('* * * * *', 'http.request', _name => p.p, _missed => p.p,
                        _now => '2026-01-01 00:00:30Z')
     from unnest(array['skip', 'once', 'all']) as p (p); end $$;
delete from jobs.jobs;
select is(jobs.tick(_now => '2026-01-01 00:10:30Z'), 1 + 2 + 10,
          'missed times come as the policy has it: none of them, one, all');
select is(jobs.tick(_now => '2026-01-01 00:11:00Z'), 3, 'and after that all is as usual');
do $$ begin
  perform jobs.tick(_now => '2036-01-01 00:00:30Z'), jobs.tick(_now => '2026-01-01 00:12:30Z');
end $$;
select is((select max(s.next_at) from jobs.schedules s where s.name <> 'all'), '2026-01-01 00:13:00Z',
          'a clock that comes back from the future finds its schedules');
delete from jobs.handlers;
select is(jobs.tick(_now => '2026-01-01 00:13:00Z'), 0, 'a schedule whose handler is gone enqueues nothing');
select is((select s.problem from jobs.schedules s where s.name = 'skip'),
          'No handler is registered for jobs named ''http.request''.', 'and says why');

insert into jobs.handlers (name, kind) values ('http.request', 'worker');
create function public.f() returns void language sql as $$ $$;
do $$ begin
  perform jobs.register('f', 'public.f'), jobs.schedule('* * * * *', 'f', _now => '2026-01-01 00:13:30Z');
end $$;
drop function public.f();
select is(jobs.tick(_now => '2026-01-01 00:14:00Z'), 3,
          'a schedule whose function is gone does not keep the others');
select is((select s.problem from jobs.schedules s where s.name = 'f'),
          'There is no function public.f(jsonb) or public.f().', 'and says why');
create function public.f() returns void language sql as $$ $$;
select is(jobs.tick(_now => '2026-01-01 00:15:00Z'), 4, 'until it is back');

select * from finish();
rollback;
