begin;
select plan(2);

insert into oauth.clients (id, name, redirect_uris)
values ('00000000-0000-0000-0000-0000000000c1', 'Demo', '{https://a.test/cb}');
insert into oauth.authorizations (id, client_id, redirect_uri, scopes, code_challenge,
                                  expires_at, redeemed_at)
values (gen_random_uuid(), '00000000-0000-0000-0000-0000000000c1', 'x', '{openid}', 'v', '2026-01-01Z', null),
       (gen_random_uuid(), '00000000-0000-0000-0000-0000000000c1', 'x', '{openid}',
        'v', '2026-01-01Z', '2026-01-01Z');
select is(oauth.purge(10, '2026-01-01 01:00Z'), 1, 'what was never redeemed goes');
select is(oauth.purge(10, '2026-01-02Z'), 1, 'a used code is remembered a day');

select * from finish();
rollback;
