begin;
select plan(2);

insert into auth.users (id, email, phone, phone_confirmed_at, email_change,
                        encrypted_password, raw_user_meta_data)
values ('00000000-0000-0000-0000-00000000000a', 'ada@example.test', '4366', now(),
        'evil@example.test', 'hash', '{"evil": true}');
insert into auth.identities (provider_id, user_id, provider)
values ('1', '00000000-0000-0000-0000-00000000000a', 'corp');
insert into auth.sessions (user_id) values ('00000000-0000-0000-0000-00000000000a');
insert into auth.flow_states (purpose, linking_user_id, expires_at)
values ('oauth', '00000000-0000-0000-0000-00000000000a', 'infinity');
insert into auth.one_time_tokens (user_id, kind, purpose, relates_to, token_hash, code_hash, expires_at)
values ('00000000-0000-0000-0000-00000000000a', 'recovery', 'recovery',
        'ada@example.test', 't', 'c', 'infinity');
insert into auth.mfa_factors (id, user_id, factor_type, secret_sealed)
values (gen_random_uuid(), '00000000-0000-0000-0000-00000000000a', 'totp', 's');
select auth._disown('00000000-0000-0000-0000-00000000000a', now());
select results_eq('select email, phone, email_change, encrypted_password from auth.users', $$
                    values ('ada@example.test', null::text, null::text, null::text) $$,
                  'nothing of whoever made the account stays but its address');
select results_eq(
  'select (select string_agg(i.provider, '','') from auth.identities i), (select count(*) from auth.sessions), (select count(*) from auth.flow_states),
                          (select count(*) from auth.one_time_tokens), (select count(*) from auth.mfa_factors)',
  $$ values ('email', 0::bigint, 0::bigint, 0::bigint, 0::bigint) $$, 'and no way in');

select * from finish();
rollback;
