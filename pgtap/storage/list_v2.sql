begin; select plan(4);
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
create function pg_temp.pages(_column text, _order text) returns text
  language plpgsql as $$ declare
v_body jsonb;
v_all text := ''; begin
  loop
  select l.body into v_body
    from storage.list_v2('b', '', 4, v_body ->> 'nextCursor', false, _column, _order) l;
v_all := v_all || '|' || (select string_agg(e ->> 'name', ' ' order by i)
                            from jsonb_array_elements(v_body -> 'objects') with ordinality x (e, i));
exit when not (v_body ->> 'hasNext')::boolean;
end loop;
return v_all;
end $$;
select is(pg_temp.pages('name', 'asc'), '|1 10 11 2|B a.b a/x a/y/z|c/ c/d', 'pages by cursor');
select is(pg_temp.pages('name', 'desc'), '|c/d c/ a/y/z a/x|a.b B 2 11|10 1', 'in other orders, too');
select results_eq($$ select l.body -> 'folders' -> 0 ->> 'key', l.body -> 'objects' -> 0 ->> 'key',
                            l.body -> 'objects' -> 0 ->> 'name'
                       from storage.list_v2('b', 'a/', 10, null, true) l $$,
                  $$ values ('y/', 'x', 'a/x') $$, 'with a delimiter keys are relative, names are not');
select results_eq($$ select status from storage.list_v2('b', '', 1, null, false, 'id') $$, array[400],
                  'an unknown order is refused');
select * from finish(); rollback;
