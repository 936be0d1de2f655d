-- The identities of a user as the wire shows them. identity_id is the row's
-- key, id the provider's own: the swap is GoTrue's. plpgsql, because its
-- plan is kept; a sql function that cannot inline is planned at each call.
create or replace function auth._identities_json(_user_id uuid)
  returns jsonb
  language plpgsql stable
as $$
begin
  return (select coalesce(jsonb_agg(
                            jsonb_build_object(
                              'identity_id', i.id, 'id', i.provider_id, 'user_id', i.user_id,
                              'identity_data', i.identity_data, 'provider', i.provider,
                              'created_at', auth._time(i.created_at), 'updated_at', auth._time(i.updated_at))
                            || jsonb_strip_nulls(jsonb_build_object('last_sign_in_at', auth._time(
                              i.last_sign_in_at), 'email', i.email)) order by i.created_at, i.id),
                          '[]')
            from auth.identities i
           where i.user_id = _user_id);
end
$$;
