begin; select plan(2);
insert into storage.garbage (version)
values ('00000000-0000-0000-0000-0000000000aa'), ('00000000-0000-0000-0000-0000000000bb');
select results_eq($$ select status
                       from storage.reaped(array['00000000-0000-0000-0000-0000000000aa']::uuid[]) $$,
                  array[200], 'what is gone is told');
select results_eq('select right(version::text, 2) from storage.garbage', array['bb'], 'and forgotten');
select * from finish(); rollback;
