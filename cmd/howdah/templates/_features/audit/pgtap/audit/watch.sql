begin;
select plan(2);

create table public.watched (id int, note text);
select audit.watch('public.watched');
insert into public.watched values (1, 'a');
update public.watched set note = 'b';
delete from public.watched;
select results_eq($$ select operation, old_row ->> 'note', new_row ->> 'note' from audit.changes order by id $$,
  $$ values ('insert', null, 'a'), ('update', 'a', 'b'), ('delete', 'b', null) $$, 'every change is there, old and new');
select tests.as_user('ada');
select throws_ok('select * from audit.changes', '42501', null, 'users do not read it');
select tests.as_owner();

select * from finish();
rollback;
