begin;
select plan(5);

create function public.ok(_p jsonb) returns text
  language sql as $$
  select current_user || ' ' || auth.role() $$;
create function public.no(_p jsonb) returns void
  language plpgsql as $$ begin
  insert into public.left_behind values (1);
raise exception 'no';
end $$;
create table public.left_behind (n int);
grant all on public.left_behind to service_role;
do $$ begin
  perform jobs.register('ok', 'public.ok', 'authenticated'), jobs.register('no', 'public.no'),
          jobs.enqueue('no'), jobs.enqueue('ok'),
          jobs.enqueue('sql', '{"function": "public.ok", "args": {}}'); end $$;
create temporary table mine as
  select c.* from jobs.claim('{default}', 10, '00000000-0000-0000-0000-000000000001', _sql => true) c;
grant select on mine to authenticator;
select tests.as_login();
select is((select cardinality(jobs.run_sql(
             array_agg(id order by id), array_agg(name order by id), array_agg(function order by id),
             array_agg(role order by id), array_agg(payload order by id),
             '00000000-0000-0000-0000-000000000001'))
             from mine),
          2, 'what succeeds is acknowledged');
select is(current_user, session_user, 'and the role is given back');
select tests.as_owner();
select results_eq($$ select f.result from jobs.finished f order by f.id $$, $$
                    values ('"authenticated authenticated"'::jsonb), ('"service_role service_role"') $$,
                  'each runs as its role');
select is_empty($$ select l.n from public.left_behind l $$, 'what fails leaves nothing behind');
select results_eq($$ select j.state::text, j.errors -> 0 ->> 'error' from jobs.jobs j $$,
                  $$ values ('scheduled', 'P0001: no') $$, 'but its reason');

select * from finish();
rollback;
