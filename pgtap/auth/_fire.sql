begin;
select plan(3);

select is(auth._fire('on_login', '{"a": 1}', null, now()), '{"a": 1}', 'without hooks the input is the answer');
create function public.hook(_event jsonb) returns jsonb language sql as $$ select jsonb_build_object('seen', _event #>> '{metadata,name}') $$;
select auth.set_hook('on_login', 'public.hook(jsonb)');
select is(auth._fire('on_login', '{"a": 1}', null, now()), '{"a": 1, "seen": "on_login"}', 'an answer is laid over it');
drop function public.hook(jsonb);
select throws_ok($$ select auth._fire('on_login', '{}', null, now()) $$, '42883', null, 'a hook that is gone is not skipped');

select * from finish();
rollback;
