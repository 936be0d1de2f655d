-- Takes in a webhook of others: verified, and once. Call it first in the
-- function that serves the endpoint; what fails after it rolls it back, and the
-- sender's next attempt is taken.
create or replace function webhooks.accept(
  _source text, _secrets text[], _headers jsonb, _body text, _tolerance interval default '5 minutes',
  _now timestamptz default now(),
  out status int, out body jsonb)
  returns record
  language plpgsql volatile
  security definer set search_path = ''
as $$
declare
  v_id constant text := (select max(e.value) from jsonb_each_text(_headers) e
                          where lower(e.key) in ('webhook-id', 'svix-id'));
begin
  if webhooks.verify(_secrets => _secrets, _headers => _headers, _body => _body, _tolerance => _tolerance,
                     _now => _now) is not true then
    status := 401;
    body := webhooks._refusal('invalid_signature', 'The signature, its time or its id is missing or wrong.');
    return;
  end if;
  insert into webhooks.inbox (source, message_id, received_at) values (_source, v_id, _now)
      on conflict (source, message_id) do nothing;
  status := 200;
  body := jsonb_build_object('id', v_id, 'duplicate', not found);
end
$$;
comment on function webhooks.accept(text, text[], jsonb, text, interval, timestamptz) is
  'Verifies a webhook that came in (webhooks.verify) and notes its id: 200 with duplicate true when the '
  'source had sent it before. 401 invalid_signature.';
revoke execute on function webhooks.accept(text, text[], jsonb, text, interval, timestamptz) from public;
grant execute on function webhooks.accept(text, text[], jsonb, text, interval, timestamptz) to service_role;
