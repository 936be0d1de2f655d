-- What the server needs to show a subscription's secret.
create or replace function webhooks.secret(
  _id uuid,
  out status int, out body jsonb, out version int, out secret bytea)
  returns record
  language plpgsql stable
  security definer set search_path = ''
as $$
begin
  select 200, jsonb_build_object('id', s.id, 'secret_version', s.secret_version), s.secret_version, s.secret
    into status, body, version, secret
    from webhooks.subscriptions s
   where s.id = _id;
  if not found then
    status := 404;
    body := webhooks._subscription_not_found();
  end if;
end
$$;
comment on function webhooks.secret(uuid) is
  'The number of a subscription''s secret, and the sealed secret itself where one was brought along. '
  '404 subscription_not_found.';
revoke execute on function webhooks.secret(uuid) from public;
grant execute on function webhooks.secret(uuid) to service_role;
