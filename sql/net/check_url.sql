-- For domains that store a URL now and send to it later (webhooks).
create or replace function net.check_url(_url text)
  returns text
  language sql immutable parallel safe
as $$
  select net._url_fault(_url)
$$;
comment on function net.check_url(text) is
  'What is wrong with a URL to send to, in words; null when nothing is.';
