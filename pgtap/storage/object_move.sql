begin; select plan(7);
select tests.alone('storage');
insert into storage.buckets (id, name) values ('b', 'b'), ('other', 'other');
create policy own_folder on storage.objects for all to authenticated
  using ((storage.foldername(name))[1] = (select auth.uid()::text));
create function pg_temp.put(_bucket_id text, _name text, _size bigint default 1, _owner text default null)
  returns uuid language sql as $$
  insert into storage.objects (bucket_id, name, owner_id, size, version, metadata)
  values (_bucket_id, _name, _owner, _size, gen_random_uuid(), '{"mimetype": "text/plain"}') returning version
$$;
update storage.buckets set file_size_limit = 10 where id = 'other';
select pg_temp.put('b', tests.user('ada') || '/f'), pg_temp.put('b', tests.user('ada') || '/g', 11);
create function pg_temp.move(_from text, _bucket text, _to text) returns text
  language sql as $$
  select coalesce(m.body ->> 'code', m.status::text)
    from storage.object_move('b', tests.user('ada') || _from, _bucket, _to) m $$;
create temporary table was as select id from storage.objects where name like '%/f';
grant select on was to public;
select tests.as_user('ada');
select is(pg_temp.move('/f', 'other', tests.user('ada') || '/moved'), '200',
          'an object moves to another bucket');
select results_eq($$ select o.id from storage.objects o where o.bucket_id = 'other' $$, 'select id from was',
                  'and keeps its id');
select is(pg_temp.move('/f', 'b', tests.user('ada') || '/x'), 'NoSuchKey', 'what is not there does not move');
select is(pg_temp.move('/g', 'other', tests.user('ada') || '/big'), 'EntityTooLarge',
          'the target''s limits hold');
select throws_ok($$ select pg_temp.move('/g', 'b', tests.user('bob') || '/gift') $$, '42501', null,
                 'nothing moves where policies deny');
select tests.as_user('bob');
select is(pg_temp.move('/g', 'b', tests.user('bob') || '/stolen'), 'NoSuchKey', 'a stranger moves nothing');
select tests.as_owner();
create policy read_all on storage.objects for select to anon using (true);
select tests.as_anon();
select is(pg_temp.move('/g', 'b', 'x'), 'AccessDenied', 'seeing is not moving');
select * from finish(); rollback;
