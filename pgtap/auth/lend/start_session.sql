-- and session_claims, end_session, is_session_of
begin;
select plan(7);

insert into auth.users (id, email) values ('00000000-0000-0000-0000-00000000000a', 'ada@example.test');
create temporary table made as
  select auth.start_session('00000000-0000-0000-0000-00000000000a', 'test', null, 'agent',
                            '{"single_session": "true"}') as id;
select ok((select auth.is_session_of(id, '00000000-0000-0000-0000-00000000000a') from made),
          'a session begins');
select is((select auth.session_claims(id, '{}') #>> '{amr,0,method}' from made), 'test',
          'whose claims say how');
select isnt(auth.start_session('00000000-0000-0000-0000-00000000000a', 'test', null,
                               'agent', '{"single_session": "true"}'),
            null, 'a second one');
select results_eq('select count(*)::int from auth.sessions', array[2], 'ends no other');
update auth.users set banned_until = 'infinity';
select ok((select auth.session_claims(id, '{}') is null from made)
          and auth.start_session('00000000-0000-0000-0000-00000000000a', 'test', null, null, '{}') is null,
          'a banned user has none');
select auth.end_session(id, 'test', null) from made;
select ok((select not auth.is_session_of(id, '00000000-0000-0000-0000-00000000000a') from made),
          'a session ends');
select results_eq($$ select traits ->> 'cause' from auth.audit_log where action = 'token_revoked' $$,
                  array['test'], 'and the log says why');

select * from finish();
rollback;
