begin;
select plan(9);

select tests.catch_mail();
insert into auth.users (email, phone) values ('ada@example.test', '43660');
select auth._send(u, 'recovery', 'recovery', 'ada@example.test',
                  tests.token('1', 'a', '{"plain": {"token": "1"}}'), null, '{}', now())
  from auth.users u;
select results_eq($$ select data ->> 'email', data ->> 'token' from tests.sent $$,
                  $$ values ('ada@example.test', null::text) $$, 'no secret is in the clear');
select auth._send(u, 'confirmation', 'sms', '43660', tests.token('1', 'b') - 'sealed', null, '{}', now())
  from auth.users u;
select results_eq('select count(*)::int from tests.sent', array[1], 'a test phone gets no message');
select isnt((select t.code_hash from auth.one_time_tokens t limit 1), sha256('1'),
            'codes are mixed with their user');
create function public.deliver(_event jsonb) returns jsonb
  language plpgsql as $$ begin
  perform set_config('test.sent', _event::text, true);
return '{}';
end $$;
select auth.set_hook('send_email', 'public.deliver(jsonb)');
select auth._send(u, 'recovery', 'recovery', 'ada@example.test',
                  tests.token('7', 'c', '{"plain": {"token": "7"}}'), null, '{}', now())
  from auth.users u;
select is(current_setting('test.sent')::jsonb #>> '{email_data,token}', '7', 'a send hook gets the code');
select results_eq('select count(*)::int from tests.sent', array[1], 'in place of the mail');

select is(current_setting('test.sent')::jsonb -> 'email_data' -> 'old_email', '""',
          'and every member that GoTrue sends');
select auth._send(u, 'recovery', 'recovery', 'ada@example.test',
                  tests.token('8', 'd', '{"plain": {"token": "8"}}'), null,
                  '{"http_hooks": ["send_email"], "external_url": "https://api.example.test"}', now())
  from auth.users u;
select is(current_setting('test.sent')::jsonb #>> '{email_data,token}', '7',
          'a hook over HTTP comes before it');
select results_eq($$ select hook #>> '{input,email_data,token}', hook #>> '{input,email_data,site_url}',
                            hook #>> '{input,metadata,name}', encode(sealed, 'escape')
                       from mail.messages $$,
                  $$ values ('', 'https://api.example.test', 'send-email', 'rec') $$,
                  'its message waits with the code sealed');
select auth._send(u, 'confirmation', 'sms', '43660', tests.token('1', 'e') - 'sealed',
                  null, '{"http_hooks": ["send_sms"]}', now())
  from auth.users u;
select results_eq('select count(*)::int from mail.messages', array[1], 'a test phone gets none by it either');

select * from finish();
rollback;
