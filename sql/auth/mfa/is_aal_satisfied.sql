-- For policies: what of a user with a second factor must not be reached without it.
create or replace function auth.is_aal_satisfied()
  returns boolean
  language sql stable
  security definer set search_path = ''
as $$
  select coalesce(auth.aal() = 'aal2' or not exists (
    select from auth.mfa_factors f where f.user_id = auth.uid() and f.status = 'verified'), false)
$$;
comment on function auth.is_aal_satisfied() is
  'Whether the caller has proved as much as their factors allow: aal2, or no verified factor. '
  'Use it in policies as (select auth.is_aal_satisfied()).';
revoke execute on function auth.is_aal_satisfied() from public;
grant execute on function auth.is_aal_satisfied() to anon, authenticated, service_role;
