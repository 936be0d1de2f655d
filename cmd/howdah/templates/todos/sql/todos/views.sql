-- security_invoker: the view shows what the caller may see, no more.
create or replace view public.todo_counts
  with (security_invoker = true)
as
  select t.user_id, count(*) as total, count(*) filter (where t.is_complete) as complete
    from public.todos t
   group by t.user_id;
comment on view public.todo_counts is 'How many todos the caller has, and how many are complete.';
grant select on public.todo_counts to authenticated;
