create or replace function mail.list_messages(
  _state text default null, _recipient text default null, _before bigint default null,
  _limit int default 100, out status int, out body jsonb)
  returns record
  language sql stable
  security definer set search_path = ''
as $$
  select 200, coalesce(jsonb_agg(to_jsonb(p) order by p.id desc), '[]')
    from (select m.id, m.channel, m.recipient, m.template, m.locale, m.version, m.state,
                 m.attempts, m.max_attempts, m.error_class, m.error, m.created_at, m.finished_at
            from mail.messages m
           where (_state is null or m.state = _state)
             and (_recipient is null or lower(m.recipient) = lower(_recipient))
             and (_before is null or m.id < _before)
           order by m.id desc
           limit least(greatest(_limit, 1), 1000)) p
$$;
comment on function mail.list_messages(text, text, bigint, int) is
  'Mail and text messages, newest first, and how each went: at most _limit (1000), older than _before.';
revoke execute on function mail.list_messages(text, text, bigint, int) from public;
grant execute on function mail.list_messages(text, text, bigint, int) to service_role;
