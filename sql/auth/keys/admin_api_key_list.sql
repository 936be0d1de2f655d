-- GET /admin/api-keys: keys of everybody, newest first, page by page.
create or replace function auth.admin_api_key_list(
  _user_id uuid, _limit int, _offset int,
  out status int, out body jsonb)
  returns record
  language sql stable
  security definer set search_path = ''
as $$
  select 200,
         (select coalesce(jsonb_agg(auth._api_key_json(k) order by k.created_at desc, k.id), '[]')
            from (select * from auth.api_keys a where _user_id is null or a.user_id = _user_id
                   order by a.created_at desc, a.id limit least(_limit, 1000) offset greatest(_offset, 0)) k)
$$;
comment on function auth.admin_api_key_list(uuid, int, int) is
  'API keys of a user or, for null, of all: newest first, at most 1000 at a time.';
revoke execute on function auth.admin_api_key_list(uuid, int, int) from public;
grant execute on function auth.admin_api_key_list(uuid, int, int) to service_role;
