begin;
select plan(6);
select tests.catch_mail();
insert into auth.users (email, email_change) values ('ada@example.test', 'new@example.test');
select auth._send_email_change(u, tests.token('1', 'a'), tests.token('2', 'b'), null, '{}', now())
  from auth.users u;
select results_eq('select kind from auth.one_time_tokens order by kind',
                  array['email_change_current', 'email_change_new'], 'both ends are asked');
select auth._send_email_change(u, tests.token('3', 'c'), tests.token('4', 'd'), null,
                               '{"secure_email_change": false}', now())
  from auth.users u;
select results_eq('select kind from auth.one_time_tokens', array['email_change_new'], 'or the new one alone');
select auth._send_email_change(
  u, tests.token('5', 'e'), tests.token('6', 'f', '{"sealed": {"email_change_both": "Ym90aA=="}}'),
  null, '{"http_hooks": ["send_email"]}', now())
  from auth.users u;
select results_eq($$ select recipient, hook ->> 'event', hook #>> '{input,email_data,email_action_type}',
                            encode(sealed, 'escape')
                       from mail.messages $$,
                  $$ values ('ada@example.test', 'send_email', 'email_change', 'both') $$,
                  'a hook over HTTP sends both at once, from what holds both');
select results_eq('select count(*)::int from auth.one_time_tokens', array[2], 'and both wait');
create function public.deliver(_event jsonb) returns jsonb
  language plpgsql as $$ begin
  perform set_config('test.sent',
                     concat(current_setting('test.sent', true), _event #> '{email_data,token}',
                            _event #> '{email_data,token_new}'),
                     true);
return '{}';
end $$;
select auth.set_hook('send_email', 'public.deliver(jsonb)');
select auth._send_email_change(
  u, tests.token('7', 'g', '{"plain": {"token": "7"}}'),
  tests.token('8', 'h', '{"plain": {"token": "8"}, "plain_both": {"token": "8", "token_new": "7"}}'),
  null, '{}', now())
  from auth.users u;
select is(current_setting('test.sent'), '"8""7"', 'so does a function');
select auth._send_email_change(u, tests.token('7', 'i', '{"plain": {"token": "7"}}'), tests.token('8', 'j'),
                               null, '{"secure_email_change": false}', now())
  from auth.users u;
select is(current_setting('test.sent'), '"8""7""7"""', 'the new address alone is its token');
select * from finish();
rollback;
