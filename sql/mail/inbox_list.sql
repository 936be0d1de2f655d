create or replace function mail.inbox_list(_recipient text default null, _id bigint default null)
  returns table (
    id bigint, message bigint, channel text, recipient text, sealed bytea, received_at timestamptz)
  language sql stable
  security definer set search_path = ''
as $$
  select i.id, i.message, i.channel, i.recipient, i.sealed, i.received_at
    from mail.inbox i
   where (_recipient is null or lower(i.recipient) = lower(_recipient)) and (_id is null or i.id = _id)
   order by i.id desc
   limit 200
$$;
comment on function mail.inbox_list(text, bigint) is
  'What is in the development inbox, newest first: all, one recipient''s, or one message.';
revoke execute on function mail.inbox_list(text, bigint) from public;
grant execute on function mail.inbox_list(text, bigint) to authenticator;
