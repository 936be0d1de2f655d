-- What row level security would ask of a row of the table for a role, as one
-- boolean expression over the table's columns; the table goes by its bare name
-- in it. Permissive policies are or-ed, restrictive ones and-ed; none
-- permissive means no. The caller pins search_path to '', so that pg_get_expr
-- qualifies every name.
-- _command is the policy's: r for select, a for insert.
create or replace function realtime._policy_sql(
  _relation oid, _role name, _command "char", _owner_column text default null)
  returns text
  language sql stable
as $$
  with facts as (
    select c.relrowsecurity and not (r.rolsuper or r.rolbypassrls)
           and (c.relforcerowsecurity or not pg_catalog.pg_has_role(r.oid, c.relowner, 'usage')) as judged,
           r.rolsuper or r.rolbypassrls as trusted, r.oid as role
      from pg_catalog.pg_class c
      join pg_catalog.pg_roles r on r.rolname = _role
     where c.oid = _relation
  ), policies as (
    select p.polpermissive as permissive, pg_catalog.format('(%s)', coalesce(
             pg_catalog.pg_get_expr(case _command when 'a' then p.polwithcheck end, _relation),
             pg_catalog.pg_get_expr(p.polqual, _relation), 'true')) as expression
      from pg_catalog.pg_policy p, facts f
     where p.polrelid = _relation and p.polcmd in (_command, '*')
       and exists (select from unnest(p.polroles) as m (role)
                    where m.role = 0 or pg_catalog.pg_has_role(f.role, m.role, 'usage'))
     order by p.polname
  ), verdict as (
    select coalesce(pg_catalog.string_agg(p.expression, ' or ') filter (where p.permissive),
                    'false') as allowed,
           pg_catalog.string_agg(p.expression, ' and ') filter (where not p.permissive) as restricted
      from policies p
  ), owner as (
    -- null without a column; format would raise, and a planner may work it out before any condition
    select '(' || pg_catalog.quote_ident(_owner_column) || '::text = auth.uid()::text)' as expression
  )
  select case
           when f.trusted then 'true'
           when not f.judged then coalesce(o.expression, 'true')
           when o.expression is not null and not exists (select from policies) then o.expression
           else pg_catalog.concat_ws(' and ', '(' || v.allowed || ')', v.restricted, o.expression)
         end
    from facts f cross join verdict v cross join owner o
$$;
revoke execute on function realtime._policy_sql(oid, name, "char", text) from public;
