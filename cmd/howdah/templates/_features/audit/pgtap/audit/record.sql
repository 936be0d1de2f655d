begin;
select plan(1);

create table public.watched (id int);
grant insert on public.watched to authenticated;
create policy watched_insert on public.watched for insert to authenticated with check (true);
select audit.watch('public.watched');
select tests.as_user('ada');
insert into public.watched values (1);
select tests.as_owner();
select results_eq('select user_id from audit.changes', array[tests.user('ada')], 'who did it is known');

select * from finish();
rollback;
