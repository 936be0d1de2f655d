-- A session as its user and admins see it.
create or replace function auth._session_json(_session auth.sessions)
  returns jsonb
  language sql stable
as $$
  select jsonb_build_object('id', _session.id, 'created_at', auth._time(_session.created_at),
                            'aal', _session.aal, 'amr', _session.amr,
                            'ip', host(_session.ip), 'user_agent', _session.user_agent)
      || jsonb_strip_nulls(jsonb_build_object(
        'refreshed_at', auth._time(_session.refreshed_at), 'not_after', auth._time(_session.not_after),
        'tag', _session.tag))
$$;
