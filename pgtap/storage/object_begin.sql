begin; select plan(6);
select tests.alone('storage');
insert into storage.buckets (id, name) values ('b', 'b'), ('other', 'other');
create policy own_folder on storage.objects for all to authenticated
  using ((storage.foldername(name))[1] = (select auth.uid()::text));
create function pg_temp.begin(_name text, _upsert boolean default false) returns text
  language sql as $$
  select coalesce(b.body ->> 'code', b.status::text)
    from storage.object_begin('b', _name, _upsert, 'put', 5, 100, '{"mimetype": "text/plain"}', null) b $$;
select tests.as_user('ada');
select is(pg_temp.begin(tests.user('ada') || '/f'), '200', 'an owner begins an upload');
select throws_ok($$ select pg_temp.begin('elsewhere/f') $$, '42501', null, 'nobody where policies deny');
select is(pg_temp.begin('../f'), 'InvalidKey', 'limits come before policies');
select tests.as_anon();
select throws_ok($$ select pg_temp.begin('x/f') $$, '42501', null, 'anon begins nothing');
select tests.as_owner();
select results_eq('select owner_id from storage.uploads', $$ select tests.user('ada')::text $$,
                  'what was denied leaves no pending upload; the owner is the caller');
select is_empty('select from storage.objects', 'and no object is there yet');
select * from finish(); rollback;
