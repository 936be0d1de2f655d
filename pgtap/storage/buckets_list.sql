begin; select plan(4);
select tests.alone('storage');
insert into storage.buckets (id, name, owner)
values ('b', 'b', null), ('c', 'c', '00000000-0000-0000-0000-00000000000a');
create policy seen on storage.buckets for select to authenticated using (id = 'c');
select tests.as_service();
select results_eq($$ select e ->> 'id' from storage.buckets_list() l, jsonb_array_elements(l.body) e $$,
                  array['b', 'c'], 'all buckets, by name');
select results_eq($$ select l.body -> 0 ->> 'id', jsonb_array_length(l.body)
                       from storage.buckets_list(1, 1, null, 'id', 'desc') l $$,
                  $$ values ('b', 1) $$, 'a page in another order');
select results_eq($$ select l.body -> 0 ->> 'id' from storage.buckets_list(null, 0, 'C') l $$, array['c'],
                  'a search');
select tests.as_anon();
select results_eq($$ select body from storage.buckets_list() $$, array['[]'::jsonb], 'anon sees none');
select * from finish(); rollback;
