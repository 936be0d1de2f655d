begin;
select plan(2);

create table public.watched (id int);
select webhooks.watch('public.watched');
select webhooks.unwatch('public.watched');
select is_empty(
  $$ select tgname from pg_trigger where tgrelid = 'public.watched'::regclass and not tgisinternal $$,
  'the trigger is gone');
select lives_ok($$ select webhooks.unwatch('public.watched') $$, 'not watching is no mistake');

select * from finish();
rollback;
