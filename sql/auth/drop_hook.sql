-- Undoes set_hook.
create or replace function auth.drop_hook(_event text, _function text)
  returns boolean
  language plpgsql volatile
as $$
begin
  delete from auth.hooks h where h.event = _event and h.function = _function;
  return found;
end
$$;
comment on function auth.drop_hook(text, text) is
  'Stops calling the function (schema.name) at the event; false when it was not called.';
revoke execute on function auth.drop_hook(text, text) from public;
