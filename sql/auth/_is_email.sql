-- Whether the text may be an e-mail address: one @, printable ASCII, a host of dotted
-- labels, at most 255 characters (RFC 5321). Other letters are refused, as GoTrue does:
-- some become ASCII when lower-cased (the Kelvin sign is a k), others look like it or
-- cannot be seen. A host in other letters is written in Punycode. What is deliverable
-- shows when it is delivered.
create or replace function auth._is_email(_text text)
  returns boolean
  language sql immutable parallel safe
as $$
  select coalesce(
    length(_text) <= 255 and _text ~ '^[!-~]+$'
    and _text ~ '^[^@<>()\[\],;:\\"]{1,64}@[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?(\.[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?)+$'
    and _text !~ '(^\.|\.\.|\.@)', false)
$$;
