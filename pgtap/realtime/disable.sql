begin;
select plan(3);

create table public.things (id int, at date) partition by range (at);
create table public.things_old partition of public.things for values from (minvalue) to ('2026-01-01');
select realtime.enable('public.things');
select is((select count(*) from pg_trigger where tgrelid = 'public.things_old'::regclass), 4::bigint,
          'a partition is enabled with its parent');
select lives_ok($$ select realtime.disable('public.things') $$, 'a table is disabled');
select is_empty($$ select tgname
                     from pg_trigger
                    where tgrelid in ('public.things'::regclass, 'public.things_old'::regclass) $$,
                'with its partitions');

select * from finish();
rollback;
