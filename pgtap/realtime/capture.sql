begin;
select plan(10);

create table public.things (id int, body text, part int) partition by list (part);
create table public.things_1 partition of public.things for values in (1);
create table public.things_2 partition of public.things for values in (2);
create function public.swallow() returns trigger
  language plpgsql as $$ begin
  if new.body = 'gone' then
  return null;
end if;
return new;
end $$;
create trigger swallow before insert on public.things_2 for each row execute function public.swallow();
select realtime.enable('public.things');
create temporary view news as
  select kind, old ->> 'id' as old, new ->> 'id' as new
    from realtime.changes
   where relation = 'public.things'::regclass order by id;

insert into public.things values (1, 'a', 1), (2, 'b', 1), (3, 'c', 1);
select results_eq('table news',
                  $$ values ('INSERT', null, '1'), ('INSERT', null, '2'), ('INSERT', null, '3') $$,
                  'each inserted row is told');
delete from realtime.changes;
update public.things set id = id * 10, part = 2 where id <> 2;
select results_eq('table news', $$ values ('UPDATE', '1', '10'), ('UPDATE', '3', '30') $$,
                  'old and new pair, also where keys change and rows move to another partition');
delete from realtime.changes;
update public.things set part = 2, body = case id when 2 then 'gone' else body end;
select set_eq('table news', $$ values ('DELETE', '2', null), ('DELETE', '10', null), ('DELETE', '30', null),
                                      ('INSERT', null, '10'), ('INSERT', null, '30') $$,
              'where they do not pair, rows go and come');
delete from realtime.changes;
insert into public.things_1 values (4, 'd', 1);
select results_eq('table news', $$ values ('INSERT', null, '4') $$,
                  'a statement that names a partition is told as the table''s');
delete from realtime.changes;
delete from public.things where id = 4;
select results_eq('table news', $$ values ('DELETE', '4', null) $$, 'a deleted row is told');
delete from realtime.changes;
update public.things set body = 'x' where id = 0;
select is_empty('table news', 'a statement that changes nothing tells nothing');
truncate public.things;
select set_eq('table news', $$ values ('TRUNCATE', null, null), ('REFETCH', null, null) $$,
              'truncate is told; that of a partition asks to fetch again');
delete from realtime.changes;
update realtime.settings set bulk_limit = 2;
insert into public.things select g, 'e', 1 from generate_series(1, 3) g;
select results_eq('table news', $$ values ('REFETCH', null, null) $$,
                  'a statement beyond the bulk limit leaves one event');
delete from realtime.changes;
insert into public.things values (9, 'f', 1), (10, 'g', 1);
select is((select count(*) from news), 2::bigint, 'one at the limit does not');
select is((select count(distinct xid) from realtime.changes where xid = pg_current_xact_id()), 1::bigint,
          'changes carry their transaction');

select * from finish();
rollback;
