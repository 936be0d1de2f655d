begin;
select plan(2);

create table public.things (id int primary key, owner uuid);
select realtime._attach('public.things', 'owner', false);
select set_eq(
  $$ select tgname from pg_trigger where tgrelid = 'public.things'::regclass and tgname like 'realtime%' $$,
  array['realtime_insert', 'realtime_update', 'realtime_delete', 'realtime_truncate'],
  'each event has its trigger');
select results_eq($$ select owner_column, is_partition
                       from realtime._attached()
                      where relation = 'public.things'::regclass $$,
                  $$ values ('owner', false) $$, 'they tell the owner column');

select * from finish();
rollback;
