begin;
select plan(2);

insert into auth.users (id, email) values ('00000000-0000-0000-0000-00000000000a', 'ada@example.test');
select is(auth._identities_json('00000000-0000-0000-0000-00000000000a'), '[]', 'nobody''s are an empty list');
insert into auth.identities (id, provider_id, user_id, provider)
values ('00000000-0000-0000-0000-00000000000b', 'sub', '00000000-0000-0000-0000-00000000000a', 'google');
select is((auth._identities_json('00000000-0000-0000-0000-00000000000a') -> 0)
          - '{created_at,updated_at,identity_data}'::text[],
          '{"identity_id": "00000000-0000-0000-0000-00000000000b", "id": "sub",
            "user_id": "00000000-0000-0000-0000-00000000000a", "provider": "google"}',
          'identity_id is the row''s key, id the provider''s');

select * from finish();
rollback;
