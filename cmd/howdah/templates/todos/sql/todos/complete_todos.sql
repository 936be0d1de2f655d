-- Called as POST /rest/v1/rpc/complete_todos. It runs as the caller: row level
-- security decides which rows it touches.
create or replace function public.complete_todos(matching text default '%')
  returns int
  language sql volatile
as $$
  with done as (
    update public.todos t set is_complete = true
     where not t.is_complete and t.task ilike complete_todos.matching
    returning 1)
  select count(*)::int from done
$$;
comment on function public.complete_todos(text) is 'Completes the caller''s open todos that match the pattern; answers how many.';
revoke execute on function public.complete_todos(text) from public;
grant execute on function public.complete_todos(text) to authenticated;
