-- Jobs that the binary does itself: nobody registers their names or claims them
-- from outside, where they could only be lost.
create or replace function jobs._is_built_in(_name text)
  returns boolean
  language sql immutable parallel safe
as $$
  select split_part(_name, '@', 1) in ('sql', 'http.request', 'webhook.deliver', 'mail.send',
                                       'sms.send', 'auth.hook', 'workflow.timer')
$$;
