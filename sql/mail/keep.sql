-- The development inbox: what would have been sent, sealed by the server, for
-- codes and links rest readable nowhere. The last 200 stay.
create or replace function mail.keep(_message bigint, _channel text, _recipient text, _sealed bytea)
  returns bigint
  language plpgsql volatile
  security definer set search_path = ''
as $$
declare
  v_id bigint;
begin
  insert into mail.inbox (message, channel, recipient, sealed)
  values (_message, _channel, _recipient, _sealed)
  returning id into v_id;
  delete from mail.inbox i where i.id <= v_id - 200;
  return v_id;
end
$$;
comment on function mail.keep(bigint, text, text, bytea) is
  'Puts a message into the development inbox and answers its id there; the last 200 stay.';
revoke execute on function mail.keep(bigint, text, text, bytea) from public;
grant execute on function mail.keep(bigint, text, text, bytea) to authenticator;
