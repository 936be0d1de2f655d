begin; select plan(10);
select tests.alone('storage');
insert into storage.buckets (id, name) values ('b', 'b'), ('other', 'other');
create policy own_folder on storage.objects for all to authenticated
  using ((storage.foldername(name))[1] = (select auth.uid()::text));
create function pg_temp.put(_bucket_id text, _name text, _size bigint default 1, _owner text default null)
  returns uuid language sql as $$
  insert into storage.objects (bucket_id, name, owner_id, size, version, metadata)
  values (_bucket_id, _name, _owner, _size, gen_random_uuid(), '{"mimetype": "text/plain"}') returning version
$$;
select pg_temp.put('b', n)
  from unnest(array['1', '10', '11', '2', 'B', 'a/x', 'a/y/z', 'a.b', 'c/', 'c/d']) n;
select results_eq($$ select e ->> 'name' from storage.list('b', 'a') l, json_array_elements(l.body) e $$,
                  array['x', 'y'], 'names are relative to the prefix, which needs no slash');
select results_eq($$ select (l.body -> 1)::jsonb from storage.list('b', 'a/') l $$,
                  $$ select '{"id": null, "name": "y", "metadata": null, "created_at": null,
                              "updated_at": null, "last_accessed_at": null}'::jsonb $$,
                  'a folder has nothing but a name');
select results_eq($$ select e ->> 'name' from storage.list('b', '', 2, 3) l, json_array_elements(l.body) e $$,
                  array['2', 'B'], 'limit and offset');
select results_eq($$ select e ->> 'name'
                       from storage.list('b', '', 100, 0, '1') l, json_array_elements(l.body) e $$,
                  array['1', '10', '11'], 'search');
select results_eq($$ select e ->> 'name'
                       from storage.list('b', '', 2, 0, '', 'name', 'desc') l,
                            json_array_elements(l.body) e $$,
                  array['c', 'a'], 'order');
select results_eq($$ select status, body::jsonb from storage.list('nope', '') $$,
                  $$ values (200, '[]'::jsonb) $$, 'an unknown bucket is empty');
select results_eq($$ select status, body ->> 'code' from storage.list('b', '', 1, 0, '', 'size')
                     union all
                     select status, body ->> 'code' from storage.list('b', '', 1, 0, '', null) $$,
                  $$ values (400, 'InvalidRequest'), (400, 'InvalidRequest') $$,
                  'an unknown order is refused');
select results_eq($$ select e ->> 'name' from storage.list('b', '', 5) l, json_array_elements(l.body) e $$,
                  array['1', '10', '11', '2', 'B'], 'a page that ends before the first folder');
select results_eq($$ select e ->> 'name', e ->> 'id' is null
                       from storage.list('b', '', 8) l, json_array_elements(l.body) e
                      where e ->> 'name' > '2' collate "C" $$,
                  $$ values ('B', false), ('a.b', false), ('a', true), ('c', true) $$,
                  'and one with folders');
select tests.as_anon();
select results_eq($$ select body::jsonb from storage.list('b', '') $$, array['[]'::jsonb],
                  'anon sees nothing');
select * from finish(); rollback;
