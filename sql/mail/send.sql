-- Queues a mail: the row that says what, and the job that carries it out, both
-- in the caller's transaction. A rolled back sign-up mails nobody.

-- What may stand in a To header: one plain address, nothing that could end the line.
create or replace function mail._is_address(_text text)
  returns boolean
  language sql immutable parallel safe
as $$
  select coalesce(
    length(_text) <= 320
    and _text ~ '^[^\s@[:cntrl:]<>()\[\],;:\\"]{1,64}@[^\s@[:cntrl:]<>()\[\],;:\\"]{1,255}$', false)
$$;

create or replace function mail.send(
  _to text, _template text, _data jsonb default '{}', _sealed bytea default null,
  _idempotency_key text default null, _locale text default null)
  returns bigint
  language plpgsql volatile
  security definer set search_path = ''
as $$
declare
  v_current record;
begin
  if not mail._is_address(_to) then
    raise exception using errcode = 'PT400', constraint = 'invalid_recipient',
      message = 'this is no e-mail address to send to',
      detail = coalesce(_to, 'null'),
      hint = 'Pass one bare address, such as ada@example.com.';
  end if;
  select c.* into v_current from mail._current(_template, coalesce(_locale, '')) c;
  if not found then
    raise exception using errcode = 'PT404', constraint = 'template_not_found',
      message = format('there is no mail template %L', _template),
      hint = 'Write one with mail.set_template, or use a built-in one such as confirmation.';
  end if;
  return mail._queue('mail', _to, _template, v_current.locale, v_current.version,
                     null, _data, _sealed, _idempotency_key);
end
$$;
comment on function mail.send(text, text, jsonb, bytea, text, text) is
  'Queues a mail in this transaction and answers its id. _data fills the template; _sealed is what the '
  'server encrypted of codes and links. A known _idempotency_key answers the first message''s id and sends '
  'nothing. PT400 invalid_recipient, PT404 template_not_found.';
revoke execute on function mail.send(text, text, jsonb, bytea, text, text) from public;
grant execute on function mail.send(text, text, jsonb, bytea, text, text) to service_role;
