-- A new secret; the old one goes on signing beside it until the window ends, so
-- that a receiver may change over whenever it likes. Rotating again within the
-- window forgets the older of the two: it is what one does when a secret leaks.
create or replace function webhooks.rotate_secret(
  _id uuid, _window interval default '24 hours', _secret bytea default null, _now timestamptz default now(),
  out status int, out body jsonb)
  returns record
  language plpgsql volatile
  security definer set search_path = ''
as $$
declare
  v_made webhooks.subscriptions;
begin
  if (_window between interval '0' and interval '30 days') is not true then
    status := 400;
    body := webhooks._refusal('invalid_window', 'The window lies between 0 and 30 days.');
    return;
  end if;
  update webhooks.subscriptions s
     set previous_version = s.secret_version,
         previous_secret  = s.secret,
         previous_until   = _now + _window,
         secret_version   = s.secret_version + 1,
         secret           = _secret,
         updated_at       = _now
   where s.id = _id
  returning s.* into v_made;
  status := case when found then 200 else 404 end;
  body := case when found then webhooks._subscription_json(v_made)
               else webhooks._subscription_not_found() end;
end
$$;
comment on function webhooks.rotate_secret(uuid, interval, bytea, timestamptz) is
  'Gives a subscription a new secret; both it and the old one sign until _window has passed. '
  '400 invalid_window, 404 subscription_not_found.';
revoke execute on function webhooks.rotate_secret(uuid, interval, bytea, timestamptz) from public;
grant execute on function webhooks.rotate_secret(uuid, interval, bytea, timestamptz) to service_role;
