create or replace function mail.list_templates(out status int, out body jsonb)
  returns record
  language sql stable
  security definer set search_path = ''
as $$
  with own as (
    select t.name, t.locale, max(t.version) as version from mail.templates t group by t.name, t.locale
  ), every as (
    select o.name, o.locale, o.version, exists (select from mail._builtin(o.name)) as builtin from own o
    union all
    select b.name, '', 0, true from mail._builtin(null) b
     where not exists (select from own o where (o.name, o.locale) = (b.name, ''))
  )
  select 200,
         jsonb_agg(jsonb_build_object('name', e.name, 'locale', e.locale, 'version', e.version,
                                      'builtin', e.builtin) order by e.name, e.locale)
    from every e
$$;
comment on function mail.list_templates() is
  'Each mail template that counts, the built-in ones too: name, locale, version (0: built in) and whether '
  'a built-in one stands behind it.';
revoke execute on function mail.list_templates() from public;
grant execute on function mail.list_templates() to service_role;
