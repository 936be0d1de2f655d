begin;
select plan(5);

create policy test_read on realtime.messages
  for select to authenticated
  using (realtime.topic() = 'den' and extension = 'broadcast' and topic = 'den');
create policy test_write on realtime.messages for insert to authenticated with check (topic = 'den');
create policy test_bad on realtime.messages for insert to anon with check (1 / 0 = 1);
create function pg_temp.ask(_role name, _topic text) returns jsonb language sql as $$
  select body - 'snapshot'
    from realtime.authorize_channel(_role, '{"role": "x"}', _topic,
                                    _search_path => current_setting('search_path')) $$;
select tests.as_login();
select is(pg_temp.ask('authenticated', 'den'),
          '{"read_broadcast": true, "write_broadcast": true, "read_presence": false, "write_presence": true}',
          'policies tell each right');
select is(pg_temp.ask('anon', 'den'),
          '{"read_broadcast": false, "write_broadcast": false, "read_presence": false,
            "write_presence": false}',
          'one that raises means no');
select is(pg_temp.ask('service_role', 'any') -> 'write_presence', 'true',
          'who bypasses row level security may all');
select throws_ok($$ select *
                      from realtime.authorize_channel(
                        'authenticated', '{}', null, _session_id => gen_random_uuid(),
                        _user_id => gen_random_uuid()) $$,
                 'PT401', null, 'a session that has ended may nothing');
select is((select count(*) from realtime.channel_policies('anon')), 1::bigint,
          'the policies can be asked for');

select * from finish();
rollback;
