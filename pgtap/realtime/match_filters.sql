begin;
select plan(3);

create table public.things (id int primary key, n int);
grant select on public.things to authenticated;
create function pg_temp.filter(_op text, _value text) returns jsonb language sql as $$
  select jsonb_build_array(jsonb_build_object('column', 'n', 'op', _op, 'not', false, 'value', _value)) $$;
create function pg_temp.held(_filters jsonb[]) returns realtime.sight
  language sql set search_path = 'pg_catalog, pg_temp' as $$
  select realtime.match_filters(array['{"n": 5}', null, '{"n": 6}']::jsonb[], (
    'public.things'::regclass, 'authenticated', 'j', '{a}', '{1}', '{1}', '{*}',
    _filters, array(select 1 from unnest(_filters)),
    array[realtime._match_sql('public.things'::regclass, realtime._shape(_filters[1]))],
    '{}', '{}', '{1}')::realtime.audience) $$;
select results_eq(
  $$ select f, p from pg_temp.held(array[pg_temp.filter('gt', '5'), pg_temp.filter('gt', '4')]) h,
     unnest(h.matched, h.matches) as m (f, p) order by 1, 2 $$,
  $$ values (1, 3), (2, 1), (2, 3) $$, 'each filter is held against each image');
select results_eq($$ select h.matched, h.matches, h.problem
                       from pg_temp.held(array[pg_temp.filter('eq', 'x'), pg_temp.filter('eq', '6')]) h $$,
                  $$ values ('{2}'::int[], '{3}'::int[], 'invalid input syntax for type integer: "x"') $$,
                  'one that raises holds for none, and hides no other');
select is(current_setting('role'), 'none', 'the role is the login role''s own again');

select * from finish();
rollback;
