-- Whether a webhook came from who has the secret. HMAC-SHA256 (RFC 2104) over
-- sha256(), so that no extension is needed. Signatures are compared by their
-- hashes: how long that takes tells nothing of where they differ.

create or replace function webhooks._xor(_key bytea, _byte int)
  returns bytea
  language sql immutable strict parallel safe
as $$
  select string_agg(set_byte('\x00', 0, get_byte(_key, i.i) # _byte), '' order by i.i)
    from generate_series(0, length(_key) - 1) as i (i)
$$;

create or replace function webhooks._hmac(_key bytea, _data bytea)
  returns bytea
  language sql immutable strict parallel safe
as $$
  select sha256(webhooks._xor(k.key, 92) || sha256(webhooks._xor(k.key, 54) || _data))
    from (select s.key || decode(repeat('00', 64 - length(s.key)), 'hex')
            from (select case when length(_key) > 64 then sha256(_key) else _key end) s (key)) k (key)
$$;

-- The key of a secret: whsec_ and base64, or a plain text.
create or replace function webhooks._key(_secret text)
  returns bytea
  language sql immutable strict parallel safe
as $$
  select case when _secret ~ '^whsec_[A-Za-z0-9+/]+=*$' then decode(substr(_secret, 7), 'base64')
              else convert_to(_secret, 'UTF8') end
$$;

create or replace function webhooks.verify(
  _secrets text[], _headers jsonb, _body text, _tolerance interval default '5 minutes',
  _now timestamptz default now())
  returns boolean
  language sql stable
as $$
  with h as (
    select max(e.value) filter (where lower(e.key) in ('webhook-id', 'svix-id')) as id,
           max(e.value) filter (where lower(e.key) in ('webhook-timestamp', 'svix-timestamp')) as at,
           max(e.value) filter (where lower(e.key) in ('webhook-signature', 'svix-signature')) as signatures
      from jsonb_each_text(_headers) e
  ), fresh as (
    select h.* from h
     where h.id <> '' and h.at ~ '^[0-9]{1,11}$'
       and abs(extract(epoch from _now) - h.at::bigint) <= extract(epoch from _tolerance)
  )
  select exists (
    select
      from fresh f
     cross join unnest(_secrets) as s (secret)
     cross join unnest(string_to_array(f.signatures, ' ')) as g (signature)
     where s.secret <> ''
       and sha256(convert_to(g.signature, 'UTF8')) = sha256(convert_to(
         'v1,' || encode(webhooks._hmac(
               webhooks._key(s.secret), convert_to(f.id || '.' || f.at || '.' || _body, 'UTF8')), 'base64'),
         'UTF8')))
$$;
comment on function webhooks.verify(text[], jsonb, text, interval, timestamptz) is
  'Whether one of the secrets signed the body as Standard Webhooks has it (webhook-id, webhook-timestamp, '
  'webhook-signature; svix- too), within _tolerance of now. _body is the text as it came.';
revoke execute on function webhooks.verify(text[], jsonb, text, interval, timestamptz) from public;
grant execute on function webhooks.verify(text[], jsonb, text, interval, timestamptz) to service_role;
