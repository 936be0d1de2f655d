begin;
select plan(4);

insert into auth.users (id, email, email_confirmed_at)
values ('00000000-0000-0000-0000-00000000000a', 'ada@example.test', now()),
       ('00000000-0000-0000-0000-00000000000f', 'bob@example.test', now());
insert into auth.sessions (id, user_id)
values ('00000000-0000-0000-0000-00000000000b', '00000000-0000-0000-0000-00000000000a');
insert into auth.api_keys (id, user_id, name, prefix, key_hash, created_at)
values ('00000000-0000-0000-0000-000000000001', '00000000-0000-0000-0000-00000000000a',
        'old', 'aaaaaaaa', '\x01', '2026-01-01Z'),
       ('00000000-0000-0000-0000-000000000002', '00000000-0000-0000-0000-00000000000a',
        'new', 'bbbbbbbb', '\x01', '2026-01-02Z'),
       ('00000000-0000-0000-0000-000000000003', '00000000-0000-0000-0000-00000000000f',
        'bob''s', 'cccccccc', '\x01', '2026-01-03Z');

create function pg_temp.names(_user uuid) returns text language sql as $$
  select concat_ws(' ', l.status, l.body ->> 'code', (
    select string_agg(k.value ->> 'name', ' ' order by k.ordinality)
      from jsonb_array_elements(case jsonb_typeof(l.body) when 'array' then l.body end) with ordinality k))
    from auth.api_key_list(_user, '00000000-0000-0000-0000-00000000000b') l $$;
select is(pg_temp.names('00000000-0000-0000-0000-00000000000a'), '200 new old',
          'one''s own keys, the newest first');
update auth.api_keys set revoked_at = now() where name = 'old';
select is(pg_temp.names('00000000-0000-0000-0000-00000000000a'), '200 new old', 'revoked ones too');
select ok((select (l.body -> 1 ->> 'revoked_at') is not null and (l.body -> 0 ->> 'revoked_at') is null
               and not l.body -> 0 ? 'key_hash'
             from auth.api_key_list('00000000-0000-0000-0000-00000000000a',
                                    '00000000-0000-0000-0000-00000000000b') l),
          'which say so, and none shows its hash');
select is(pg_temp.names('00000000-0000-0000-0000-00000000000f'), '403 session_not_found',
          'another''s session lists nothing');

select * from finish();
rollback;
