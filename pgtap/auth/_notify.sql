begin;
select plan(6);

select tests.catch_mail();
insert into auth.users (id, email, email_confirmed_at)
values ('00000000-0000-0000-0000-00000000000a', 'ada@example.test', now());
create function pg_temp.notify(_settings jsonb) returns void language sql as $$
  select auth._notify('identity_linked', u.email, u, '{"provider": "corp"}', _settings, null, now())
    from auth.users u $$;
select pg_temp.notify('{}');
select is_empty('select from tests.sent', 'notices are off unless switched on');
select pg_temp.notify('{"notify_identity_linked": true}');
select results_eq('select recipient, template, data ->> ''provider'', sealed from tests.sent', $$
                    values ('ada@example.test', 'identity_linked', 'corp', null::bytea) $$,
                  'a notice goes by mail, and holds no secret');
update auth.users set email_confirmed_at = null;
select pg_temp.notify('{"notify_identity_linked": true}');
select results_eq('select count(*)::int from tests.sent', array[1],
                  'an address that nobody proved gets none');
update auth.users set email_confirmed_at = now();
create function public.deliver(_event jsonb) returns jsonb
  language plpgsql as $$ begin
  perform set_config('test.sent', _event::text, true);
return '{}';
end $$;
select auth.set_hook('send_email', 'public.deliver(jsonb)');
select pg_temp.notify('{"notify_identity_linked": true, "hook_send_email": true}');
select is(current_setting('test.sent')::jsonb #>> '{email_data,email_action_type}',
          'identity_linked_notification', 'a send hook gets it');
select results_eq('select count(*)::int from tests.sent', array[1], 'in place of the mail');
select set_eq($$ select b.name from mail._builtin(null) b where b.name ~ '(ed)$' $$,
              array['password_changed', 'email_changed', 'phone_changed', 'identity_linked',
                    'identity_unlinked', 'mfa_factor_enrolled', 'mfa_factor_unenrolled'],
              'each notice has a template');

select * from finish();
rollback;
