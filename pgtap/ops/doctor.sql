begin;
select plan(3);

select is_empty('select * from ops.doctor() where not ok', 'a fresh database is well');
create table public.open (id int);
alter table public.open disable row level security;
select results_eq($$ select detail from ops.doctor() where "check" like 'row level security%' $$,
                  array['public.open'], 'a table without row level security is named');
create view public.leak as select * from auth.users;
grant select on public.leak to anon;
select results_eq($$ select detail from ops.doctor() where "check" like 'views%' $$, array['public.leak'],
                  'so is a view that runs with its owner''s rights');

select * from finish();
rollback;
