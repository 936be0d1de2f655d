-- GET /admin/users: newest first, a page at a time. The search is a substring
-- of e-mail, phone or full name, as text: % and _ mean themselves.
create or replace function auth.admin_user_list(
  _page int, _per_page int, _filter text, _ascending boolean default false,
  out status int, out body jsonb, out total bigint)
  returns record
  language plpgsql stable
  security definer set search_path = ''
as $$
declare
  v_filter constant text := lower(coalesce(_filter, ''));
begin
  select count(*) into total
    from auth.users u
   where v_filter = ''
     or strpos(lower(concat_ws(' ', u.email, u.phone, u.raw_user_meta_data ->> 'full_name')), v_filter) > 0;
  with page as (
    select u.*::auth.users as one, row_number() over () as n
      from (
        select u.* from auth.users u
         where v_filter = ''
           or strpos(lower(concat_ws(' ', u.email, u.phone, u.raw_user_meta_data ->> 'full_name')), v_filter)
                > 0
         order by case when _ascending then u.created_at end,
                  case when not _ascending then u.created_at end desc, u.id
         limit least(greatest(_per_page, 1), 1000)
        offset (greatest(_page, 1) - 1)::bigint * least(greatest(_per_page, 1), 1000)) u)
  select jsonb_build_object('users', coalesce(jsonb_agg(auth._user_json(p.one) order by p.n), '[]'),
                            'aud', 'authenticated') into body
    from page p;
  status := 200;
end
$$;
comment on function auth.admin_user_list(int, int, text, boolean) is
  'A page of users (at most 1000), newest first or oldest, whose e-mail, phone or full name holds _filter; '
  'with how many there are in all.';
revoke execute on function auth.admin_user_list(int, int, text, boolean) from public;
grant execute on function auth.admin_user_list(int, int, text, boolean) to service_role;
