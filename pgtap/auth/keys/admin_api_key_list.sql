begin;
select plan(5);
\ir ../../fixtures/api_keys.sql

create function pg_temp.names(_user uuid, _limit int, _offset int) returns text language sql as $$
  select string_agg(k.value ->> 'name', ' ' order by k.ordinality)
    from auth.admin_api_key_list(_user, _limit, _offset) l, jsonb_array_elements(l.body) with ordinality k $$;
select is(pg_temp.names(null, 100, 0), 'bob''s new old', 'keys of everybody, the newest first');
select is(pg_temp.names('00000000-0000-0000-0000-00000000000a', 100, 0), 'new old', 'or of one user');
select is(pg_temp.names(null, 1, 1), 'new', 'page by page');
select is_empty($$ select from auth.admin_api_key_list(null, 100, 0) l, jsonb_array_elements(l.body) k
                    where k ? 'key_hash' $$,
                'no hash is shown');
select tests.as_user('ada');
select throws_ok($$ select auth.admin_api_key_list(null, 10, 0) $$, '42501', null, 'a user may not');

select * from finish();
rollback;
