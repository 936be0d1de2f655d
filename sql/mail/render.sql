-- What a message says, from its template, its data and the secrets that the
-- server has just opened. The data of the message never overrides a secret.

create or replace function mail._render(_subject text, _text text, _html text, _values jsonb,
                                        out subject text, out text_body text, out html_body text)
  returns record
  language sql immutable parallel safe
as $$
  select left(btrim(regexp_replace(mail.fill(_subject, _values, 'header'), '[[:cntrl:]]+', ' ', 'g')), 255),
         mail.fill(_text, _values, 'text'),
         mail.fill(_html, _values, 'html')
$$;

-- What a hook is sent: the codes are in it from now on alone.
create or replace function mail._hook_payload(_hook jsonb, _secrets jsonb)
  returns jsonb
  language sql immutable parallel safe
as $$
  select case when _hook -> 'input' ? 'sms'
              then jsonb_set(_hook, '{input,sms,otp}', coalesce(_secrets -> 'token', '""'))
              else jsonb_set(_hook, '{input,email_data}', (_hook #> '{input,email_data}') || coalesce(
                (select jsonb_object_agg(s.key, s.value) from jsonb_each(_secrets) s
                  where s.key in ('token', 'token_hash', 'token_new', 'token_hash_new')), '{}')) end
$$;

create or replace function mail.render(_message bigint, _secrets jsonb default '{}')
  returns table (recipient text, subject text, text_body text, html_body text, hook jsonb)
  language sql stable
  security definer set search_path = ''
as $$
  select m.recipient, r.subject, r.text_body, r.html_body, null::jsonb
    from mail.messages m
   cross join lateral (
         select t.subject, t.text_body, t.html_body
           from mail._template(m.template, m.locale, m.version) t
          where m.channel = 'mail'
          union all
         select '', m.body, null where m.channel = 'sms') t
   cross join lateral mail._render(
         t.subject, t.text_body, t.html_body,
         jsonb_build_object(case m.channel when 'mail' then 'email' else 'phone' end, m.recipient)
           || m.data || coalesce(_secrets, '{}')) r
   where m.id = _message and m.state = 'sending' and m.hook is null
   union all
  select m.recipient, '', '', null, mail._hook_payload(m.hook, coalesce(_secrets, '{}'))
    from mail.messages m
   where m.id = _message and m.state = 'sending' and m.hook is not null
$$;
comment on function mail.render(bigint, jsonb) is
  'Subject, text and HTML of a claimed message (a text message has the text alone), its template filled '
  'from its data and from _secrets; or, as hook, the event and the input of the hook that sends it; '
  'no row for a message that is not being sent.';
revoke execute on function mail.render(bigint, jsonb) from public;
grant execute on function mail.render(bigint, jsonb) to authenticator;
