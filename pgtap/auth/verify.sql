begin;
select plan(13);

insert into auth.users (id, email, encrypted_password)
values ('00000000-0000-0000-0000-00000000000a', 'ada@example.test', 'of whoever signed up');
insert into auth.identities (provider_id, user_id, provider, identity_data)
values ('a', '00000000-0000-0000-0000-00000000000a', 'email', '{"email": "ada@example.test"}');
create function pg_temp.pending(_kind text, _purpose text, _code text, _link text, _more jsonb default '{}')
  returns void language sql as $$
  select auth._keep_token('00000000-0000-0000-0000-00000000000a', _kind, _purpose, 'ada@example.test',
                          tests.token(_code, _link, _more), '{}', '2026-01-01Z') $$;
create function pg_temp.try(
  _type text, _code text, _link text default null, _at timestamptz default '2026-01-01Z')
  returns table (status int, code text, flow text) language sql as $$
  select v.status, v.body ->> 'code', v.flow
    from auth.verify(_type, case when _link is null then 'ada@example.test' end, null, sha256(_code::bytea),
                     sha256(_link::bytea), sha256('flow'), null, null, '{}', _at) v $$;

select pg_temp.pending('confirmation', 'signup', '123456', 'link');
select results_eq($$ select status, code from pg_temp.try('signup', '654321') $$,
                  $$ values (403, 'otp_expired') $$, 'a wrong code is refused');
select results_eq('select attempts from auth.one_time_tokens', array[1], 'and counted');
select results_eq($$ select status, code from pg_temp.try('signup', '123456', null, '2026-01-01 01:00Z') $$,
                  $$ values (403, 'otp_expired') $$, 'so is a right one that is late');
select results_eq($$ select status, code from pg_temp.try('recovery', '123456') $$,
                  $$ values (403, 'otp_expired') $$, 'and one of another type');
select results_eq($$ select status, code from pg_temp.try('signup', null) $$,
                  $$ values (403, 'otp_expired') $$, 'nulls refuse');
select results_eq($$ select status, code from pg_temp.try('signup', '123456') $$,
                  $$ values (200, null::text) $$, 'the right code signs in');
select results_eq($$ select email_confirmed_at, encrypted_password, raw_user_meta_data -> 'email_verified'
                       from auth.users $$,
                  $$ values ('2026-01-01Z'::timestamptz, 'of whoever signed up', 'true'::jsonb) $$,
                  'the address is theirs now');
select results_eq($$ select status, code from pg_temp.try('signup', '123456') $$,
                  $$ values (403, 'otp_expired') $$, 'a code is used once');

update auth.users set email_confirmed_at = null;
select pg_temp.pending('recovery', 'recovery', '1', 'other link');
select pg_temp.try('recovery', null, 'other link');
select results_eq('select encrypted_password from auth.users', array[null::text],
                  'a password from before the address was proved goes with a recovery');

select pg_temp.pending('recovery', 'magiclink', '1', 'pkce link',
                       '{"code_challenge": "c", "code_challenge_method": "S256"}');
select results_eq($$ select * from pg_temp.try('magiclink', null, 'pkce link') $$,
                  $$ values (200, null::text, 'pkce') $$, 'a PKCE link signs nobody in by itself');
select results_eq('select code_hash = sha256(''flow''), code_challenge_method from auth.flow_states',
                  $$ values (true, 's256') $$, 'its flow waits for the code');

update auth.users set banned_until = 'infinity';
select pg_temp.pending('recovery', 'magiclink', '1', 'x');
select results_eq($$ select status, code from pg_temp.try('magiclink', null, 'x') $$,
                  $$ values (403, 'user_banned') $$, 'who is banned stays out');
select tests.as_anon();
select throws_ok($$ select auth.verify(null, null, null, null, null, null, null, null, '{}') $$,
                 '42501', null, 'anon may not call it');

select * from finish();
rollback;
