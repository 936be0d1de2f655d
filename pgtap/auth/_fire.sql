begin;
select plan(5);

select is(auth._fire('on_login', '{"a": 1}', null, now()), '{"a": 1}', 'without hooks the input is the answer');
create function public.hook(_event jsonb) returns jsonb language sql as $$ select jsonb_build_object('seen', _event #>> '{metadata,name}') $$;
select auth.set_hook('on_login', 'public.hook(jsonb)');
select is(auth._fire('on_login', '{"a": 1}', null, now()), '{"a": 1, "seen": "on-login"}', 'an answer is laid over it');
select is(auth._hook_name('custom_access_token'), 'customize-access-token', 'events have GoTrue''s names');
update auth.hooks set time_limit = '0';
select throws_ok($$ select auth._fire('on_login', '{}', null, now()) $$, 'PT422', 'The hook public.hook took too long', 'a hook that takes longer than it may ends the request');
update auth.hooks set time_limit = '2 s';
drop function public.hook(jsonb);
select throws_ok($$ select auth._fire('on_login', '{}', null, now()) $$, '42883', null, 'a hook that is gone is not skipped');

select * from finish();
rollback;
