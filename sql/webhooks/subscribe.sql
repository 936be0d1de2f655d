-- A new subscriber. The server shows the secret, which the database does not
-- know: it is derived from the id, or comes sealed when the caller brought one.
create or replace function webhooks.subscribe(
  _topics text[], _url text, _description text default null, _secret bytea default null, out status int,
  out body jsonb)
  returns record
  language plpgsql volatile
  security definer set search_path = ''
as $$
declare
  v_made webhooks.subscriptions;
begin
  body := webhooks._subscription_refusal(_topics, _url);
  if body is not null then
    status := 400;
    return;
  end if;
  insert into webhooks.subscriptions (topics, url, description, secret)
  values (_topics, _url, _description, _secret)
  returning * into v_made;
  status := 201;
  body := webhooks._subscription_json(v_made);
end
$$;
comment on function webhooks.subscribe(text[], text, text, bytea) is
  'Subscribes a URL to topics (orders.paid, orders.*, *): 201 with the subscription. '
  '400 invalid_topic, invalid_url.';
revoke execute on function webhooks.subscribe(text[], text, text, bytea) from public;
grant execute on function webhooks.subscribe(text[], text, text, bytea) to service_role;
