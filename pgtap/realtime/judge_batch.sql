begin;
select plan(9);

create table public.things (id int primary key, owner uuid, n int);
grant select on public.things to authenticated;
create policy own on public.things for select to authenticated using (owner = (select auth.uid()));
create view pg_temp.batch as
  select (1, '{1,2}', '{9,9}', array['INSERT', kind], array[now(), now()],
          array[null, jsonb_build_object('id', 2, 'owner', tests.user('bob'), 'n', 5)],
          array[jsonb_build_object('id', 1, 'owner', tests.user('ada'), 'n', 5),
                jsonb_build_object('id', 2, 'owner', tests.user('bob'), 'n', 6)])::realtime.batch as b
    from (select 'UPDATE' as kind) k;
create function pg_temp.sight(_events text[], _filters jsonb[], _wanted int[]) returns realtime.sight
  language sql set search_path = 'pg_catalog' as $$
  select realtime.judge_batch(
    (select b from pg_temp.batch),
    (
      'public.things'::regclass, 'authenticated',
      realtime._judge('public.things'::regclass, 'authenticated', null),
      array[json_build_object('sub', tests.user('ada')), json_build_object('sub', tests.user('bob')),
            json_build_object('sub', tests.user('ada'), 'n', 2)],
      '{11,12,13}', '{1,2,3}', _events, _filters, array(select 1 from unnest(_filters)),
      array(select realtime._match_sql('public.things'::regclass, realtime._shape(f))
              from unnest(_filters) f limit 1),
      array[null, null, null], '{}', _wanted)::realtime.audience,
    '') $$;
create function pg_temp.seen(_sight realtime.sight) returns setof text language sql as $$
  select m.member || ' sees ' || s.position
    from unnest(_sight.crowds, _sight.members) as m (crowd, member)
    join unnest(_sight.seers, _sight.positions) as s (crowd, position) using (crowd)
   order by 1 $$;

select results_eq($$ select * from pg_temp.seen(pg_temp.sight('{*,*,*}', '{}', '{0,0,0}')) $$, $$
                    values ('1 sees 3'), ('2 sees 2'), ('2 sees 4'), ('3 sees 3') $$,
                  'old images are numbered before new ones');
select is(cardinality(array(select distinct unnest((pg_temp.sight('{*,*,*}', '{}', '{0,0,0}')).crowds))), 2,
          'who sees the same is one crowd');
select results_eq($$ select *
                       from pg_temp.seen(pg_temp.sight(
                         '{*,*,*}',
                         '{"[{\"column\": \"n\", \"op\": \"eq\", \"not\": false, \"value\": \"6\"}]"}',
                         '{1,1,0}')) $$,
                  $$ values ('1 sees 3'), ('2 sees 2'), ('2 sees 4'), ('3 sees 3') $$,
                  'a filter that holds for an image has its listeners judged');
select results_eq($$ select *
                       from pg_temp.seen(pg_temp.sight(
                         '{*,*,*}',
                         '{"[{\"column\": \"n\", \"op\": \"eq\", \"not\": false, \"value\": \"7\"}]"}',
                         '{1,1,0}')) $$,
                  $$ values ('3 sees 3') $$, 'one that holds for none does not');
select results_eq($$ select (s).matched, (s).matches
                       from pg_temp.sight(
                         '{*,*,*}',
                         '{"[{\"column\": \"n\", \"op\": \"eq\", \"not\": false, \"value\": \"5\"}]"}',
                         '{1,0,0}') s $$,
                  $$ values ('{1,1}'::int[], '{2,3}'::int[]) $$, 'a filter is matched against both images');
select results_eq($$ select *
                       from pg_temp.seen(pg_temp.sight('{INSERT,DELETE,TRUNCATE}', '{}', '{0,0,0}')) $$,
                  $$ values ('1 sees 3'), ('2 sees 2'), ('2 sees 4') $$,
                  'who waits for another event is not judged; an update may be a delete to someone');
drop policy own on public.things;
create policy odd on public.things for select to authenticated using (10 / (n - 5) > 0);
select results_eq($$ select * from pg_temp.seen(pg_temp.sight('{*,*,*}', '{}', '{0,0,0}')) $$, $$
                    values ('1 sees 4'), ('2 sees 4'), ('3 sees 4') $$,
                  'an image that makes a policy raise is hidden alone');
select is((pg_temp.sight('{*,*,*}', '{}', '{0,0,0}')).problem, 'division by zero',
          'and what was raised is told');
drop policy odd on public.things;
create function public.slow() returns boolean
  language plpgsql as $$ begin
  perform pg_sleep(60);
return true;
end $$;
create policy slow on public.things for select to authenticated using (public.slow());
set local statement_timeout = '300ms';
select is((pg_temp.sight('{*,*,*}', '{}', '{0,0,0}')).problem, 'canceling statement due to statement timeout',
          'a policy that takes too long is given up');

select * from finish();
rollback;
