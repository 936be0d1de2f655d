begin;
select plan(2);

create function public.hook(_event jsonb) returns jsonb language sql as $$ select '{}'::jsonb $$;
select auth.set_hook('on_login', 'public.hook(jsonb)');
select is(auth.drop_hook('on_login', 'public.hook'), true, 'a hook is forgotten');
select is(auth.drop_hook('on_login', 'public.hook'), false, 'once');

select * from finish();
rollback;
