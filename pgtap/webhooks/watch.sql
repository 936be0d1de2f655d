begin;
select plan(11);

create table public.watched (id int, name text, secret text);
grant all on public.watched to authenticated;
create policy all_may on public.watched to authenticated using (true) with check (true);
select webhooks.subscribe('{public.watched.*,w.*}', 'https://a.test/');
create function pg_temp.last() returns table (topic text, payload jsonb)
  language sql as $$
  select e.topic, e.payload from webhooks.events e order by e.ctid desc limit 1 $$;

select webhooks.watch('public.watched');
select tests.as_user('ada');
insert into public.watched values (1, 'a', 's');
select tests.as_owner();
select results_eq('select * from pg_temp.last()',
                  $$ values ('public.watched.insert',
                             '{"type": "INSERT", "schema": "public", "table": "watched",
                               "record": {"id": 1, "name": "a", "secret": "s"},
                               "old_record": null}'::jsonb) $$,
                  'an insert is an event, whoever makes it');
update public.watched set name = 'b';
select results_eq($$ select topic, payload #>> '{record,name}', payload #>> '{old_record,name}'
                       from pg_temp.last() $$,
                  $$ values ('public.watched.update', 'b', 'a') $$, 'an update has both rows');
update public.watched set name = 'b';
select results_eq('select count(*)::int from webhooks.events', array[2],
                  'an update that changes nothing is no event');
delete from public.watched;
select results_eq($$ select topic, payload -> 'record', payload #>> '{old_record,id}' from pg_temp.last() $$,
                  $$ values ('public.watched.delete', 'null'::jsonb, '1') $$, 'a delete has the old row');

select webhooks.watch('public.watched', 'w', '{insert,update}', '{id,name}');
insert into public.watched values (2, 'a', 's');
select results_eq($$ select topic, payload -> 'record' from pg_temp.last() $$, $$
                    values ('w.insert', '{"id": 2, "name": "a"}'::jsonb) $$,
                  'watching again replaces: topic and columns are chosen');
update public.watched set secret = 't'; delete from public.watched;
select results_eq('select topic from pg_temp.last()', array['w.insert'],
                  'neither a column that stays here nor an operation left out makes an event');
select webhooks.unwatch('public.watched');
insert into public.watched values (3, 'a', 's');
select results_eq('select count(*)::int from webhooks.events', array[4], 'who stops watching hears nothing');

select throws_ok(
  $$ select webhooks.watch('public.watched', _operations => '{truncate}') $$,
  'PT400', 'the operations are some of insert, update and delete', 'other operations are refused');
select throws_ok($$ select webhooks.watch('public.watched', _columns => '{id,nope}') $$,
                 'PT400', 'watched has no column nope', 'as are columns that are not there');
select throws_ok($$ select webhooks.watch('public.watched', 'a b') $$, 'PT400', '''a b'' is no topic',
                 'and bad topics');
select tests.as_user('ada');
select throws_ok($$ select webhooks.watch('public.watched') $$, '42501', null, 'users have no table watched');

select * from finish();
rollback;
