-- What `howdah doctor` says of the user's own schema, as the owner: each
-- finding with the SQL that mends it. Takes no lock.
create or replace function ops.advise()
  returns table (level text, rule text, object text, detail text, fix text)
  language sql stable
  set search_path = ''
as $$
  select a.level, a.rule, a.object, a.detail, a.fix
    from (select * from ops._advise_tables()
          union all
          select * from ops._advise_policies()
          union all
          select * from ops._advise_functions()) a
   order by array_position(array['error', 'warning', 'info'], a.level), a.rule, a.object
$$;
comment on function ops.advise() is
  'Findings about the schema: level (error, warning, info), rule, object, why it matters, '
  'and the SQL that mends it.';
revoke execute on function ops.advise() from public;
