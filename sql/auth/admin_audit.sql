-- GET /admin/audit: the audit log in GoTrue's shape, newest first.
create or replace function auth.admin_audit(
  _page int, _per_page int, _scope text, _text text,
  out status int, out body jsonb, out total bigint)
  returns record
  language plpgsql stable
  security definer set search_path = ''
as $$
declare
  v_limit constant int := least(greatest(_per_page, 1), 1000);
begin
  status := 400;
  if (_scope is null or _scope in ('author', 'action', 'type')) is not true then
    body := auth._refusal('validation_failed', 'bad query scope', 'Use author:…, action:… or type:….');
    return;
  end if;
  with found as (
    select a.*, coalesce(u.email, u.phone, '') as name
      from auth.audit_log a
      left join auth.users u on u.id = a.actor_id
     where case _scope
             when 'author' then strpos(lower(coalesce(u.email, u.phone, '')), lower(_text)) > 0
             when 'action' then strpos(a.action, lower(_text)) > 0
             when 'type' then strpos(a.log_type, lower(_text)) > 0
             else true end),
  page as (
    select f.*
      from found f order by f.id desc limit v_limit
    offset (greatest(_page, 1) - 1)::bigint * v_limit)
  select (select count(*) from found),
         coalesce(jsonb_agg(jsonb_build_object(
           'id', p.id::text, 'created_at', auth._time(p.created_at), 'ip_address', coalesce(host(p.ip), ''),
           'payload', jsonb_build_object('action', p.action, 'actor_id', p.actor_id, 'actor_username', p.name,
                                         'actor_via_sso', false, 'log_type', p.log_type, 'traits', p.traits))
           order by p.id desc), '[]') into total, body
    from page p;
  status := 200;
end
$$;
comment on function auth.admin_audit(int, int, text, text) is
  'A page of the audit log, of all of it or where author, action or type holds a text; with how many lines '
  'there are. 400 validation_failed for another scope.';
revoke execute on function auth.admin_audit(int, int, text, text) from public;
grant execute on function auth.admin_audit(int, int, text, text) to service_role;
