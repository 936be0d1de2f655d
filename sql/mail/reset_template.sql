-- Back to the built-in template. Messages that are queued with a version that
-- goes are moved to the built-in one, rather than having nothing to say.
create or replace function mail.reset_template(_name text)
  returns int
  language plpgsql volatile
  security definer set search_path = ''
as $$
declare
  v_gone int;
begin
  if not exists (select from mail._builtin(_name)) then
    raise exception using errcode = 'PT404', constraint = 'template_not_found',
      message = format('there is no built-in mail template %L', _name),
      hint = 'Only a built-in template can be reset.';
  end if;
  perform pg_advisory_xact_lock(hashtextextended('howdah.mail.template ' || _name, 0));
  update mail.messages m set version = 0, locale = ''
   where m.template = _name and m.state in ('queued', 'sending') and m.version > 0;
  delete from mail.templates t where t.name = _name;
  get diagnostics v_gone = row_count;
  return v_gone;
end
$$;
comment on function mail.reset_template(text) is
  'Deletes every version of the user''s own template, so that the built-in one counts again; '
  'answers how many. PT404 template_not_found where there is no built-in one.';
revoke execute on function mail.reset_template(text) from public;
grant execute on function mail.reset_template(text) to service_role;
