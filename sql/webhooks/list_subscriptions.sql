create or replace function webhooks.list_subscriptions(
  _after uuid default null, _limit int default 100,
  out status int, out body jsonb)
  returns record
  language sql stable
  security definer set search_path = ''
as $$
  select 200, coalesce(jsonb_agg(webhooks._subscription_json(p.s) order by (p.s).created_at, (p.s).id), '[]')
    from (select s
            from webhooks.subscriptions s
           where _after is null
              or (s.created_at, s.id) > (
                select a.created_at, a.id from webhooks.subscriptions a where a.id = _after)
           order by s.created_at, s.id
           limit least(greatest(_limit, 1), 1000)) p
$$;
comment on function webhooks.list_subscriptions(uuid, int) is
  'Subscriptions, oldest first: at most _limit (1000) that follow _after.';
revoke execute on function webhooks.list_subscriptions(uuid, int) from public;
grant execute on function webhooks.list_subscriptions(uuid, int) to service_role;
