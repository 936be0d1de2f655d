begin;
select plan(3);

insert into auth.users (id, email, email_confirmed_at)
values ('00000000-0000-0000-0000-00000000000a', 'ada@example.test', now()),
       ('00000000-0000-0000-0000-00000000000f', 'bob@example.test', now());
insert into auth.sessions (id, user_id)
values ('00000000-0000-0000-0000-00000000000b', '00000000-0000-0000-0000-00000000000a');
insert into auth.webauthn_credentials (id, user_id, credential_id, credential, friendly_name)
values ('00000000-0000-0000-0000-000000000001', '00000000-0000-0000-0000-00000000000a',
        '\x01', '{"id": "AQ=="}', 'laptop');

select results_eq($$ select l.status, l.body #>> '{0,friendly_name}', jsonb_array_length(l.body)
                       from auth.passkey_list('00000000-0000-0000-0000-00000000000a',
                                              '00000000-0000-0000-0000-00000000000b') l $$,
                  $$ values (200, 'laptop', 1) $$, 'one''s own are listed');
select ok((select not l.body -> 0 ?| array['credential', 'credential_id']
             from auth.passkey_list('00000000-0000-0000-0000-00000000000a',
                                    '00000000-0000-0000-0000-00000000000b') l),
          'without their keys');
select results_eq($$ select l.status, l.body ->> 'code'
                       from auth.passkey_list('00000000-0000-0000-0000-00000000000f',
                                              '00000000-0000-0000-0000-00000000000b') l $$,
                  $$ values (403, 'session_not_found') $$, 'another''s session lists nothing');

select * from finish();
rollback;
