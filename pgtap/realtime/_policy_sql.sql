begin;
select plan(8);

create table public.things (id int, owner uuid);
create function pg_temp.asked(_role name, _owner text default null)
  returns text language sql set search_path = '' as $$
    select realtime._policy_sql('public.things'::regclass, _role, 'r', _owner) $$;
select is(pg_temp.asked('anon'), '(false)', 'row level security without a policy shows nothing');
select is(pg_temp.asked('service_role'), 'true', 'who bypasses it sees all');
select is(pg_temp.asked('anon', 'owner'), '(owner::text = auth.uid()::text)',
          'without policies the owner column decides');
create policy a on public.things for select to authenticated using (id = 1);
create policy b on public.things for all using (id = 2);
create policy c on public.things as restrictive for select to authenticated using (id > 0);
create policy d on public.things for update using (id = 4);
select is(pg_temp.asked('authenticated'), '(((id = 1)) or ((id = 2))) and ((id > 0))',
          'permissive policies are or-ed, restrictive ones and-ed');
select is(pg_temp.asked('anon'), '(((id = 2)))', 'those of other roles and commands do not count');
select is(pg_temp.asked('anon', 'owner'), '(((id = 2))) and (owner::text = auth.uid()::text)',
          'the owner column narrows policies');
create policy e on public.things for insert with check (id = 5);
select is(realtime._policy_sql('public.things'::regclass, 'anon', 'a'), '(((id = 2)) or ((id = 5)))',
          'inserts are asked by what they check');
alter table public.things disable row level security;
select is(pg_temp.asked('anon'), 'true', 'without row level security all is shown');

select * from finish();
rollback;
