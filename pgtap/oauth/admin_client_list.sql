begin;
select plan(5);

insert into oauth.clients (id, name, redirect_uris, auth_method, secret_hash, created_at)
values ('00000000-0000-0000-00a3-0000000000c1', 'First', '{https://a.test/cb}',
        'client_secret_basic', '\xaa', '2026-01-01Z'),
       ('00000000-0000-0000-00a3-0000000000c2', 'Second', '{https://b.test/cb}', 'none', null, '2026-01-02Z');
create function pg_temp.names(_limit int, _offset int) returns text language sql as $$
  select string_agg(c ->> 'client_name', ' ')
    from oauth.admin_client_list(null, _limit, _offset) l, jsonb_array_elements(l.body -> 'clients') c $$;

select tests.as_user('al-ada');
select throws_ok('select pg_temp.names(10, 0)', '42501', null, 'users see no clients');
select tests.as_service();
select is(pg_temp.names(10, 0), 'Second First', 'the service does, newest first');
select is(pg_temp.names(1, 1), 'First', 'by pages');
select is((select concat_ws(' ', l.status, l.body ->> 'client_type', l.body::text like '%aa%')
             from oauth.admin_client_list('00000000-0000-0000-00a3-0000000000c1', null, null) l),
          '200 confidential f', 'one at a time, never with its secret');
select is((select concat_ws(' ', l.status, l.body ->> 'code')
             from oauth.admin_client_list(gen_random_uuid(), null, null) l),
          '404 oauth_client_not_found', 'that there is');

select * from finish();
rollback;
