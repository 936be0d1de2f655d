-- GET /admin/oauth/clients, and one of them.
create or replace function oauth.admin_client_list(
  _id uuid, _limit int, _offset int,
  out status int, out body jsonb)
  returns record
  language plpgsql stable
  security definer set search_path = ''
as $$
begin
  if _id is null then
    status := 200;
    body := (select jsonb_build_object('clients', coalesce(jsonb_agg(
               oauth._client_json(c) order by c.created_at desc, c.id), '[]'))
               from (select *
                       from oauth.clients a
                      order by a.created_at desc, a.id limit least(_limit, 1000)
                     offset greatest(_offset, 0)) c);
    return;
  end if;
  body := (select oauth._client_json(c) from oauth.clients c where c.id = _id);
  status := case when body is null then 404 else 200 end;
  body := coalesce(body, oauth._refusal('oauth_client_not_found', 'Client not found'));
end
$$;
comment on function oauth.admin_client_list(uuid, int, int) is
  'One client, or for null all, newest first, at most 1000 at a time. 404 oauth_client_not_found.';
revoke execute on function oauth.admin_client_list(uuid, int, int) from public;
grant execute on function oauth.admin_client_list(uuid, int, int) to service_role;
