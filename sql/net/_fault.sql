-- What is wrong with a request, in words; null when nothing is. What an address
-- resolves to is judged when it is dialled, by the server (SSRF).

create or replace function net._url_fault(_url text)
  returns text
  language sql immutable parallel safe
as $$
  select case
    when _url is null then 'the URL is null'
    when length(_url) > 8192 then 'the URL is longer than 8192 characters'
    when _url ~ '[\s[:cntrl:]\\<>"^`{|}]' then 'the URL has a blank or another character that must be encoded'
    when _url !~* '^https?://' then 'the URL does not begin with http:// or https://'
    when _url ~* '^https?://[^/?#]*@'
    then 'the URL has a user or password in it; pass an Authorization header'
    when _url !~* '^https?://(\[[0-9a-f:.]+\]|[a-z0-9_]([a-z0-9_.-]*[a-z0-9_.])?)(:[0-9]{1,5})?([/?#]|$)'
      then 'the URL names no host'
    when substring(_url from '(?i)^https?://(?:\[[^]]*\]|[^/?#:]*):([0-9]{1,5})')::int not between 1 and 65535
      then 'the port is not between 1 and 65535'
    when _url ~ '#' then 'the URL has a fragment (#…), which is not sent' end
$$;

create or replace function net._is_framing(_header text)
  returns boolean
  language sql immutable parallel safe
as $$
  select lower(_header) in ('host', 'content-length', 'connection', 'transfer-encoding',
                            'upgrade', 'te', 'trailer', 'keep-alive', 'proxy-connection')
$$;

-- Names are tokens (RFC 9110), values one line; those that frame the message are the client's own.
create or replace function net._headers_fault(_headers jsonb)
  returns text
  language sql immutable parallel safe
as $$
  select case jsonb_typeof(_headers)
    when 'object' then (
      select case
               when h.key !~ '^[A-Za-z0-9!#$%&''*+.^_`|~-]+$' then format('%L is no header name', h.key)
               when net._is_framing(h.key)
                 then format('the header %s is set by the client itself', h.key)
               when jsonb_typeof(h.value) not in ('string', 'number', 'boolean')
                 then format('the header %s is no text', h.key)
               else format('the header %s has a line break or a control character', h.key)
             end
        from jsonb_each(_headers) h
       where h.key !~ '^[A-Za-z0-9!#$%&''*+.^_`|~-]+$'
          or net._is_framing(h.key)
          or jsonb_typeof(h.value) not in ('string', 'number', 'boolean')
          or h.value #>> '{}' ~ '[[:cntrl:]]'
       order by h.key
       limit 1)
    else 'the headers are no object of names and texts'
  end
$$;
