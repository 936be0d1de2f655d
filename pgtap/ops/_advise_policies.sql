begin;
select plan(5);

create table public.notes (id int primary key, user_id uuid, open boolean);
create policy bad on public.notes for all to authenticated using (user_id = auth.uid());
create policy worse on public.notes for insert to anon with check (true);
create policy fine on public.notes for select to authenticated using (open);

select results_eq($$ select level, rule, object from ops._advise_policies() order by rule $$,
                  $$ values ('error', 'policy_always_true', 'worse on public.notes'),
                            ('warning', 'policy_calls_per_row', 'bad on public.notes'),
                            ('warning', 'policy_unindexed', 'public.notes.user_id') $$,
                  'each is found');
create function pg_temp.mend(_rule text) returns void language plpgsql as $$
begin execute (select fix from ops._advise_policies() where rule = _rule); end $$;
select lives_ok($$ select pg_temp.mend('policy_calls_per_row') $$, 'what mends a policy runs');
select lives_ok($$ select pg_temp.mend('policy_unindexed') $$, 'so does what makes an index');
select lives_ok($$ select pg_temp.mend('policy_always_true') $$, 'and what drops a policy');
select is_empty('select * from ops._advise_policies()', 'and then all is well');

select * from finish();
rollback;
