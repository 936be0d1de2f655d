create or replace function webhooks.get_subscription(_id uuid, out status int, out body jsonb)
  returns record
  language plpgsql stable
  security definer set search_path = ''
as $$
begin
  select 200, webhooks._subscription_json(s) into status, body from webhooks.subscriptions s where s.id = _id;
  if not found then
    status := 404;
    body := webhooks._subscription_not_found();
  end if;
end
$$;
comment on function webhooks.get_subscription(uuid) is
  'One subscription, without its secret. 404 subscription_not_found.';
revoke execute on function webhooks.get_subscription(uuid) from public;
grant execute on function webhooks.get_subscription(uuid) to service_role;
