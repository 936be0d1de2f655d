begin;
select plan(14);

select is(auth._fire('on_login', '{"a": 1}', null, '{}', now()), '{"a": 1}',
          'without hooks the input is the answer');
create function public.hook(_event jsonb) returns jsonb
  language sql as $$
  select jsonb_build_object('seen', _event #>> '{metadata,name}') $$;
select auth.set_hook('on_login', 'public.hook(jsonb)');
select is(auth._fire('on_login', '{"a": 1}', null, '{}', now()), '{"a": 1, "seen": "on-login"}',
          'an answer is laid over it');
select is(auth._hook_name('custom_access_token'), 'customize-access-token', 'events have GoTrue''s names');
update auth.hooks set time_limit = '0';
select throws_ok(
  $$ select auth._fire('on_login', '{}', null, '{}', now()) $$, 'PT422', 'The hook public.hook took too long',
  'a hook that takes longer than it may ends the request');
update auth.hooks set time_limit = '2 s';
create or replace function public.hook(_event jsonb) returns jsonb
  language sql as $$
  select to_jsonb(pg_sleep(600)::text) $$;
set local statement_timeout = '200ms';
select throws_ok(
  $$ select auth._fire('on_login', '{}', null, '{}', now()) $$, 'PT422', 'The hook public.hook took too long',
  'one that does not come back is cut off with the statement');
reset statement_timeout;
drop function public.hook(jsonb);
select throws_ok($$ select auth._fire('on_login', '{}', null, '{}', now()) $$, '42883', null,
                 'a hook that is gone is not skipped');

delete from auth.hooks;
create function pg_temp.fire(_event text, _input jsonb, _answers jsonb) returns jsonb language sql as $$
  select auth._fire(
    _event, _input, '192.0.2.1',
    jsonb_build_object('http_hooks', jsonb_build_array(_event), 'hook_answers', _answers), now()) $$;
create function pg_temp.answer(_event text, _input jsonb, _answer jsonb) returns jsonb language sql as $$
  select jsonb_build_array(jsonb_build_object('event', _event, 'key', auth._hook_key(_input),
                                              'answer', _answer)) $$;
select throws_ok($$ select pg_temp.fire('before_user_created', '{"user": {}}', '[]') $$, 'ZHOOK', null,
                 'an HTTP hook is a question until it is answered');
select is(pg_temp.fire('before_user_created', '{"user": {}}',
                       pg_temp.answer('before_user_created', '{"user": {"created_at": 1}}', '{"b": 2}')),
          '{"user": {}, "b": 2}', 'its answer counts, whatever the time');
select throws_ok($$ select pg_temp.fire('before_user_created', '{"user": {"id": 1}}', pg_temp.answer(
                      'before_user_created', '{"user": {"id": 2}}', '{}')) $$,
                 'ZHOOK', null, 'for its own user alone');
select is(pg_temp.fire('custom_access_token', '{"claims": {"a": 1}}',
                       pg_temp.answer('custom_access_token', '{"claims": {"a": 1}}', '{}')) -> 'claims',
          'null', 'one that says no claims gives none');
create function public.hook(_event jsonb) returns jsonb
  language sql as $$
  select jsonb_build_object('c', _event -> 'b') $$;
select auth.set_hook('before_user_created', 'public.hook(jsonb)');
select is(pg_temp.fire('before_user_created', '{"user": {}}',
                       pg_temp.answer('before_user_created', '{"user": {}}', '{"b": 2}')),
          '{"user": {}, "b": 2, "c": 2}', 'functions come after it');
select is(pg_temp.fire('after_user_created', '{"user": {"id": 7}}', '[]'), '{"user": {"id": 7}}',
          'what it is only told of asks nothing');
select results_eq($$ select payload ->> 'event', payload #>> '{input,user,id}',
                            payload #>> '{input,metadata,ip_address}'
                       from jobs.jobs
                      where name = 'auth.hook' $$,
                  $$ values ('after_user_created', '7', '192.0.2.1') $$, 'a job tells it');
select ok(auth._has_hook('send_sms', '{"http_hooks": ["send_sms"]}')
          and auth._has_hook('before_user_created', '{}') and not auth._has_hook('send_sms', null),
          'an event has hooks of both kinds');

select * from finish();
rollback;
