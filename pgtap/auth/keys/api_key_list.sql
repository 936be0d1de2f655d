begin;
select plan(4);
\ir ../../fixtures/api_keys.sql

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
