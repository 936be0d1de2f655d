begin; select plan(5);
select tests.alone('storage');
insert into storage.buckets (id, name) values ('b', 'b');
insert into storage.uploads (bucket_id, name, owner_id, upsert, kind, state, size_limit, expires_at)
select 'b', v.name, v.owner, true, v.kind, v.state, 9, now() + interval '1 day'
  from (values ('x/1', tests.user('ada')::text, 's3', 'pending'),
               ('x/2', tests.user('ada')::text, 's3', 'pending'),
               ('y', tests.user('ada')::text, 's3', 'pending'),
               ('x/3', tests.user('bob')::text, 's3', 'pending'),
               ('x/4', tests.user('ada')::text, 'tus', 'pending'),
               ('x/5', null, 's3', 'pending')) as v (name, owner, kind, state);
select tests.as_user('ada');
select results_eq($$ select l.name from storage.uploads_list('b', 'x/', null, null, 9) l $$,
                  array['x/1', 'x/2'], 'callers see their own multipart uploads, by prefix');
select results_eq($$ select l.name from storage.uploads_list('b', '', 'x/1', null, 1) l $$, array['x/2'],
                  'a page goes on after a name');
select is_empty($$ select from storage.uploads_list('other', '', null, null, 9) $$,
                'another bucket has others');
select tests.as_anon();
select is_empty($$ select from storage.uploads_list('b', '', null, null, 9) $$,
                'nobody''s uploads are not anon''s');
select tests.as_service();
select results_eq($$ select l.name from storage.uploads_list('b', 'x/', null, null, 9) l $$,
                  array['x/1', 'x/2', 'x/3', 'x/5'], 'service_role sees all');
select * from finish(); rollback;
