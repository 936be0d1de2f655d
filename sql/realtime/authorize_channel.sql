-- May the caller read from, and write to, a private channel? The policies of
-- realtime.messages are asked about the row that such a message would be, as
-- the caller: nothing is inserted for it. A policy that raises means no.

create or replace function realtime.channel_policies(_role name)
  returns table (read_sql text, write_sql text)
  language sql stable
  security definer set search_path = ''
as $$
  select format('select (%s) from pg_catalog.jsonb_populate_record(null::realtime.messages, $1) as messages',
                p.read),
         format('select (%s) from pg_catalog.jsonb_populate_record(null::realtime.messages, $1) as messages',
                p.write)
    from (select realtime._policy_sql('realtime.messages'::regclass, _role, 'r') as read,
                 realtime._policy_sql('realtime.messages'::regclass, _role, 'a') as write) p
$$;
comment on function realtime.channel_policies(name) is
  'What the policies of realtime.messages ask of a role, as statements on one row image.';
revoke execute on function realtime.channel_policies(name) from public;
grant execute on function realtime.channel_policies(name) to authenticator;

create or replace function realtime.authorize_channel(
  _role name, _claims text, _topic text, _headers text default '{}', _search_path text default '',
  _session_id uuid default null, _user_id uuid default null, out status int, out body jsonb)
  language plpgsql volatile
as $$
declare
  v_asked     text[];
  v_extension text;
  v_allowed   boolean;
begin
  if (auth.require_session(_session_id => _session_id, _user_id => _user_id)) is not true then
    status := 401;
    return;
  end if;
  status := 200;
  body := '{}';
  if _topic is null then
    return; -- a public channel has no policies
  end if;
  select array[p.read_sql, p.write_sql] into v_asked from realtime.channel_policies(_role => _role) p;
  perform set_config('search_path', _search_path, true), set_config('realtime.topic', _topic, true),
          set_config('request.jwt.claims', _claims, true), set_config('request.headers', _headers, true),
          set_config('role', _role, true);
  foreach v_extension in array array['broadcast', 'presence'] loop
    for v_n in 1 .. 2 loop
      begin
        execute v_asked[v_n] into v_allowed
          using jsonb_build_object('topic', _topic, 'extension', v_extension, 'private', true);
      exception when others then -- a policy that raises must not open or break the channel
        v_allowed := false;
      end;
      body := body || jsonb_build_object(
        case v_n when 1 then 'read_' else 'write_' end || v_extension, coalesce(v_allowed, false));
    end loop;
  end loop;
  perform set_config('role', 'none', true);
  body := body || jsonb_build_object('snapshot', pg_current_snapshot());
end
$$;
comment on function realtime.authorize_channel(name, text, text, text, text, uuid, uuid) is
  'Whether a caller may read and write broadcasts and presence of a private channel, by the policies of realtime.messages. Without a
topic only the session is looked up; one that has ended raises PT401.';
revoke execute on function realtime.authorize_channel(name, text, text, text, text, uuid, uuid) from public;
grant execute on function realtime.authorize_channel(name, text, text, text, text, uuid, uuid)
  to authenticator;
