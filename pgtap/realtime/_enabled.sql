begin;
select plan(2);

create table public."Odd name" (id int);
select realtime.enable('public."Odd name"');
select results_eq(
  $$ select owner_column from realtime._enabled() where relation = 'public."Odd name"'::regclass $$,
  array[null]::text[], 'a table without owner column is known');
alter table public."Odd name" rename to plain;
select isnt_empty($$ select from realtime._enabled() where relation = 'public.plain'::regclass $$,
                  'also by its new name');

select * from finish();
rollback;
