create or replace function webhooks.unsubscribe(_id uuid, out status int, out body jsonb)
  returns record
  language plpgsql volatile
  security definer set search_path = ''
as $$
begin
  delete from webhooks.subscriptions s where s.id = _id;
  status := case when found then 200 else 404 end;
  body := case when found then jsonb_build_object('id', _id) else webhooks._subscription_not_found() end;
end
$$;
comment on function webhooks.unsubscribe(uuid) is
  'Deletes a subscription with its delivery log. 404 subscription_not_found.';
revoke execute on function webhooks.unsubscribe(uuid) from public;
grant execute on function webhooks.unsubscribe(uuid) to service_role;
