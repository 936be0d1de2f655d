-- /functions/v1/hello?name=you: runs as the caller, in one transaction.
create or replace function functions.hello(request functions.request)
  returns functions.response
  language sql stable
  set functions.verify_jwt = off -- anybody may call it; without this line a token or API key is needed
as $$
  select functions.reply(jsonb_build_object('hello', coalesce(request.query -> 'name' ->> 0, 'world'), 'you_are', current_user))
$$;
comment on function functions.hello(functions.request) is 'Greets whoever asks.';
