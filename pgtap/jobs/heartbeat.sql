begin;
select plan(3);

do $$ begin
  perform jobs.register('ext'), jobs.enqueue('ext'),
          jobs.poll('00000000-0000-0000-0000-000000000001', null, 1);
end $$;
select results_eq($$ select h.status, h.body
                       from jobs.heartbeat('00000000-0000-0000-0000-000000000001',
                                           array(select j.id from jobs.jobs j) || 0::bigint, 3600) h $$,
                  $$ values (200, '[0]'::jsonb) $$, 'a heartbeat answers what is lost');
select is((select j.locked_until from jobs.jobs j), now() + '1 hour', 'and extends the rest');
select results_eq($$ select h.status, h.body ->> 'code' from jobs.heartbeat(null, '{}') h $$,
                  $$ values (422, 'bad_heartbeat') $$, 'one of nobody is refused');

select * from finish();
rollback;
