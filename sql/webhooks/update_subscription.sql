-- What is null stays. Switching on forgets past failures.
create or replace function webhooks.update_subscription(
  _id uuid, _topics text[] default null, _url text default null, _description text default null,
  _enabled boolean default null,
  _now timestamptz default now(), out status int, out body jsonb)
  returns record
  language plpgsql volatile
  security definer set search_path = ''
as $$
declare
  v_made webhooks.subscriptions;
begin
  body := webhooks._subscription_refusal(coalesce(_topics, '{*}'), coalesce(_url, 'https://unchanged.test'));
  if body is not null then
    status := 400;
    return;
  end if;
  update webhooks.subscriptions s
     set topics          = coalesce(_topics, s.topics),
         url             = coalesce(_url, s.url),
         description     = coalesce(_description, s.description),
         enabled         = coalesce(_enabled, s.enabled),
         disabled_reason = case _enabled when false then 'switched off by hand' when true then null
                                         else s.disabled_reason end,
         failing_since   = case when _enabled then null else s.failing_since end,
         updated_at      = _now
   where s.id = _id
  returning s.* into v_made;
  status := case when found then 200 else 404 end;
  body := case when found then webhooks._subscription_json(v_made)
               else webhooks._subscription_not_found() end;
end
$$;
comment on function webhooks.update_subscription(uuid, text[], text, text, boolean, timestamptz) is
  'Changes what is not null of a subscription; _enabled true also forgets its failures. 400 invalid_topic, '
  'invalid_url; 404 subscription_not_found.';
revoke execute on function webhooks.update_subscription(uuid, text[], text, text, boolean, timestamptz)
  from public;
grant execute on function webhooks.update_subscription(uuid, text[], text, text, boolean, timestamptz)
  to service_role;
