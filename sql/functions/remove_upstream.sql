create or replace function functions.remove_upstream(_name text)
  returns boolean
  language plpgsql volatile
  set search_path = ''
as $$
begin
  delete from functions.upstreams u where u.name = _name;
  return found;
end
$$;
comment on function functions.remove_upstream(text) is
  'Ends what functions.register_upstream began; false when there was none of that name.';
revoke execute on function functions.remove_upstream(text) from public;
