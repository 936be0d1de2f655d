-- The standard claims of OpenID Connect about a user, by the scopes that ask for them.
create or replace function auth.profile(_user_id uuid, _scopes text[])
  returns jsonb
  language sql stable
as $$
  select jsonb_strip_nulls(
    jsonb_build_object('sub', u.id)
    || case when 'email' = any (_scopes) then jsonb_build_object(
              'email', nullif(u.email, ''),
              'email_verified', case when nullif(u.email, '') is not null
                                     then u.email_confirmed_at is not null end)
            else '{}' end
    || case when 'phone' = any (_scopes) then jsonb_build_object(
              'phone_number', '+' || nullif(u.phone, ''), 'phone_number_verified', case
                when nullif(u.phone, '') is not null then u.phone_confirmed_at is not null end)
            else '{}' end
    || case when 'profile' = any (_scopes) then jsonb_build_object(
              'name', coalesce(u.raw_user_meta_data ->> 'full_name', u.raw_user_meta_data ->> 'name'),
              'picture', u.raw_user_meta_data ->> 'avatar_url',
              'preferred_username', coalesce(u.raw_user_meta_data ->> 'preferred_username',
                                             u.raw_user_meta_data ->> 'user_name'),
              'updated_at', floor(extract(epoch from u.updated_at))::bigint)
            else '{}' end)
    from auth.users u
   where u.id = _user_id
$$;
comment on function auth.profile(uuid, text[]) is
  'sub, and what the scopes email, phone and profile add to it.';
revoke execute on function auth.profile(uuid, text[]) from public;
