-- Queues a text message as mail.send queues a mail.
create or replace function sms.send(
  _to text, _body_template text, _data jsonb default '{}', _sealed bytea default null,
  _idempotency_key text default null)
  returns bigint
  language plpgsql volatile
  security definer set search_path = ''
as $$
begin
  if (_to ~ '^\+?[0-9]{5,15}$') is not true then
    raise exception using errcode = 'PT400', constraint = 'invalid_recipient',
      message = 'this is no phone number to send to',
      detail = coalesce(_to, 'null'),
      hint = 'Pass the number in E.164: country code and digits, such as +4366012345678.';
  end if;
  if (_body_template ~ '\S') is not true then
    raise exception using errcode = 'PT400', constraint = 'empty_message',
      message = 'the text message says nothing',
      hint = 'Pass a text such as "Your code is {{ token }}".';
  end if;
  return mail.queue_sms(_to, _body_template, _data, _sealed, _idempotency_key);
end
$$;
comment on function sms.send(text, text, jsonb, bytea, text) is
  'Queues a text message in this transaction and answers its id. _body_template is the text itself, '
  'with {{ placeholders }} filled from _data and from what the server encrypted into _sealed. '
  'A known _idempotency_key answers the first message''s id and sends nothing. PT400 '
  'invalid_recipient, empty_message.';
revoke execute on function sms.send(text, text, jsonb, bytea, text) from public;
grant execute on function sms.send(text, text, jsonb, bytea, text) to service_role;
