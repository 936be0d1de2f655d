-- The older way: the hash alone, in hexadecimal digits. It carries no time, so
-- that whoever uses it must look for repeated ids (webhooks.accept).
create or replace function webhooks.verify_hex(_secrets text[], _signature text, _body text)
  returns boolean
  language sql immutable
as $$
  select exists (
    select
      from unnest(_secrets) as s (secret)
     where s.secret <> ''
       and sha256(convert_to(lower(regexp_replace(_signature, '^sha256=', '')), 'UTF8')) = sha256(convert_to(
         encode(webhooks._hmac(convert_to(s.secret, 'UTF8'), convert_to(_body, 'UTF8')), 'hex'), 'UTF8')))
$$;
comment on function webhooks.verify_hex(text[], text, text) is
  'Whether one of the secrets, as a text, signed the body: HMAC-SHA256 in hexadecimal, as X-Signature '
  'or X-Hub-Signature-256 carry it.';
revoke execute on function webhooks.verify_hex(text[], text, text) from public;
grant execute on function webhooks.verify_hex(text[], text, text) to service_role;
