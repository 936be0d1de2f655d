-- GET /api-keys/{id}/usage, and /api-keys/usage for all keys of the user.
create or replace function auth.api_key_report(
  _user_id uuid, _session_id uuid, _id uuid, _since timestamptz, _now timestamptz default now(),
  out status int, out body jsonb)
  returns record
  language plpgsql stable
  security definer set search_path = ''
as $$
declare
  v_since constant timestamptz := greatest(coalesce(_since, _now - interval '1 day'),
                                           _now - interval '31 days');
begin
  status := 403;
  body := auth._mfa_refusal(_user_id, _session_id, _now);
  if body is not null then
    return;
  elsif _id is not null
     and not exists (select from auth.api_keys k where k.id = _id and k.user_id = _user_id) then
    status := 404;
    body := auth._refusal('api_key_not_found', 'API key not found');
    return;
  end if;
  status := 200;
  select jsonb_build_object(
           'since', auth._time(v_since), 'calls', coalesce(sum(u.calls), 0),
           'failed', coalesce(sum(u.calls) filter (where u.outcome >= '4xx'), 0),
           'hours', coalesce(jsonb_agg(
             jsonb_build_object('api_key_id', u.key_id, 'hour', auth._time(u.hour),
                                'surface', u.surface, 'outcome', u.outcome,
                                'calls', u.calls, 'average_ms', round(u.total_ms::numeric / u.calls, 1))
             order by u.hour, u.key_id, u.surface, u.outcome), '[]')) into body
    from auth.api_keys k
    join auth.api_key_usage u on u.key_id = k.id
   where k.user_id = _user_id and (_id is null or k.id = _id) and u.hour >= date_trunc('hour', v_since);
end
$$;
comment on function auth.api_key_report(uuid, uuid, uuid, timestamptz, timestamptz) is
  'Requests made with the user''s key, or with all for null, by hour since a time (a day ago by default, at '
  'most 31 days). 404 api_key_not_found; 403 as mfa_enroll.';
revoke execute on function auth.api_key_report(uuid, uuid, uuid, timestamptz, timestamptz) from public;
grant execute on function auth.api_key_report(uuid, uuid, uuid, timestamptz, timestamptz) to authenticator;
