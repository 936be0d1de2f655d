begin;
select plan(2);

create table public.things (id int, name text);
create function public.tell() returns trigger language plpgsql as $$
begin
  perform realtime.broadcast_changes('thing:' || new.id, tg_op, tg_op, tg_table_name,
                                     tg_table_schema, new, old);
  return null;
end $$;
create trigger tell after update on public.things for each row execute function public.tell();
insert into public.things values (1, 'a');
update public.things set name = 'b';
select results_eq($$ select topic, event, private, payload - 'id' from realtime.messages $$,
                  $$ values ('thing:1', 'UPDATE', true,
                             '{"operation": "UPDATE", "table": "things", "schema": "public",
  "record": {"id": 1, "name": "b"}, "old_record": {"id": 1, "name": "a"}}'::jsonb) $$,
                  'a row trigger tells both rows');
select throws_ok($$ select realtime.broadcast_changes('t', 'e', 'UPDATE', 'x', 'y', null::public.things,
                                                      null::public.things, 'STATEMENT') $$,
                 'PT400', null, 'a statement trigger is refused');

select * from finish();
rollback;
