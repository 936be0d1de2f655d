begin;
select plan(7);

create function functions.seen(request functions.request) returns functions.response language sql as $$
  select functions.reply(jsonb_build_object('json', request.json, 'text', request.text, 'role', current_user,
                                            'path', request.path, 'claim', request.claims ->> 'role'),
                         202) $$;
create function functions.same(argument jsonb) returns jsonb language sql as $$ select argument $$;
create function functions.none(request functions.request) returns functions.response
  language sql as $$
  select null::functions.response $$;
create function pg_temp.call(_name text, _kind text, _body text, _form jsonb default null)
  returns table (status int, headers jsonb, body jsonb) language plpgsql as $$
begin
  perform set_config('role', 'authenticator', true);
  perform functions.admit(_name, 'anon', true);
  perform set_config('role', 'anon', true), set_config('request.jwt.claims', '{"role": "anon"}', true);
  return query
    select d.status, d.headers, convert_from(d.body, 'UTF8')::jsonb
      from functions.dispatch('POST', '/p', '{"q": ["1"]}', '{}', '{}', '', _kind,
                              convert_to(_body, 'UTF8'), _form) d;
  perform set_config('role', 'none', true);
end $$;

select results_eq($$ select status, body from pg_temp.call('seen', 'json', '{"a": 1}') $$,
                  $$ values (202,
                             '{"json": {"a": 1}, "text": "{\"a\": 1}", "role": "anon", "path": "/p",
                               "claim": "anon"}'::jsonb) $$,
                  'a handler sees the request as its caller');
select is((select body from pg_temp.call('same', 'json', '[1]')), '[1]',
          'JSON is the argument of a simple handler');
select is((select body from pg_temp.call('same', 'text', 'hi')), '"hi"', 'so is text');
select is((select body from pg_temp.call('same', 'form', 'a=1', '{"a": ["1"], "b": ["1", "2"]}')),
          '{"a": "1", "b": ["1", "2"]}', 'so is a form');
select is((select body from pg_temp.call('same', 'none', null)), '{"q": "1"}',
          'and the query where there is no body');
select results_eq($$ select status, body from pg_temp.call('none', 'none', null) $$,
                  $$ values (204, null::jsonb) $$, 'null is no content');
select throws_ok($$ select functions.dispatch('GET', '/', '{}', '{}', '{}', '', 'none', null, null)
                      from set_config('functions.handler', '', true) $$,
                 'P0002', null, 'nothing is called that was not admitted');

select * from finish();
rollback;
