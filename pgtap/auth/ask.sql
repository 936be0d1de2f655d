begin;
select plan(10);

create function pg_temp.unsaid() returns jsonb language sql as $$
  select '{"_email": null, "_phone": null, "_password_hash": null, "_same": null, "_data": null,
           "_token": null, "_ip": null, "_user_agent": null, "_settings": null}'::jsonb $$;
create function pg_temp.ask(_email text, _settings jsonb default '{}')
  returns table (question jsonb, answer jsonb) language sql as $$
  select a.question, a.answer
    from auth.ask('auth.sign_up', pg_temp.unsaid() || jsonb_build_object(
      '_email', _email, '_password_hash', 'hash', '_ip', '192.0.2.1', '_data', '{"a": 1}'::jsonb,
      '_settings', _settings
                   || '{"new_user_id": "00000000-0000-0000-0000-00000000000a",
                        "new_session_id": "00000000-0000-0000-0000-00000000000b"}')) a $$;
create function pg_temp.settings(_hook text, _answers jsonb) returns jsonb language sql as $$
  select jsonb_build_object('http_hooks', jsonb_build_array(_hook), 'hook_answers', _answers) $$;

create temporary table asked as
  select * from pg_temp.ask('ada@example.test', pg_temp.settings('before_user_created', '[]'));
select results_eq($$ select question ->> 'event', question #>> '{input,user,id}',
                            question #>> '{input,metadata,name}', answer
                       from asked $$,
                  $$ values ('before_user_created', '00000000-0000-0000-0000-00000000000a',
                             'before-user-created', null::jsonb) $$,
                  'a flow that needs an answer comes out as its question');
select is_empty('select from auth.users', 'and nothing of it has happened');
create function pg_temp.answers(_answer jsonb) returns jsonb language sql as $$
  select jsonb_build_array(jsonb_build_object('event', a.question -> 'event', 'key', a.question -> 'key',
                                              'answer', _answer))
    from asked a $$;
select isnt((select question
               from pg_temp.ask('bob@example.test',
                                pg_temp.settings('before_user_created', pg_temp.answers('{}')))),
            null, 'an answer about one user is none about another');
select isnt((select question
               from pg_temp.ask('ada@example.test',
                                pg_temp.settings('custom_access_token', pg_temp.answers('{}')))),
            null, 'nor to another hook');
select throws_ok($$ select pg_temp.ask('ada@example.test',
                                       pg_temp.settings('before_user_created', pg_temp.answers(
                                         '{"error": {"http_code": 403, "message": "No"}}'))) $$,
                 'PT403', 'No', 'an answer may say no');
create temporary table made as
  select *
    from pg_temp.ask('ada@example.test', pg_temp.settings('before_user_created', pg_temp.answers('{}')));
select results_eq($$ select question, answer ->> 'status', answer #>> '{body,id}',
                            answer ->> 'session_id', answer ? 'sealed'
                       from made $$,
                  $$ values (null::jsonb, '200', '00000000-0000-0000-0000-00000000000a',
                             '00000000-0000-0000-0000-00000000000b', false) $$,
                  'with the answer the flow goes on, with the ids of the question');
select results_eq($$ select raw_user_meta_data ->> 'a' from auth.users $$, array['1'],
                  'and the arguments that were given');
select throws_ok($$ select auth.ask('auth.sign_up', pg_temp.unsaid() || '{"_ip": "nonsense"}') $$,
                 '22P02', null, 'what does not fit its type is refused');
select tests.as_anon();
select throws_ok($$ select auth.ask('auth.sign_up', '{}') $$, '42501', null, 'clients may not call it');
reset role;
set local role authenticator;
select throws_ok($$ select auth.ask('auth._too_many', '{"_wait": 1}') $$, '42501', null,
                 'it lends nobody a privilege');

select * from finish();
rollback;
