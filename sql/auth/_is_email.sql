-- Whether the text may be an e-mail address: one @, no blanks or control
-- characters, a host of dotted labels, at most 255 characters (RFC 5321). What
-- is deliverable shows when it is delivered.
create or replace function auth._is_email(_text text)
  returns boolean
  language sql immutable parallel safe
as $$
  select coalesce(
    length(_text) <= 255
    and _text ~ '^[^\s@[:cntrl:]<>()\[\],;:\\"]{1,64}@[[:alnum:]]([[:alnum:]-]*[[:alnum:]])?(\.[[:alnum:]]([[:alnum:]-]*[[:alnum:]])?)+$'
    and _text !~ '(^\.|\.\.|\.@)', false)
$$;
