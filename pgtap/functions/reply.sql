begin;
select plan(3);

select results_eq($$ select status, headers ->> 'content-type', convert_from(body, 'UTF8') collate "default"
                       from functions.reply('{"a": 1}') $$,
                  $$ values (200, 'application/json; charset=utf-8', '{"a": 1}') $$,
                  'JSON with its content type');
select results_eq($$ select status, headers
                       from functions.reply('1', 201,
                                            '{"content-type": "application/hal+json", "x": "y"}') $$,
                  $$ values (201, '{"content-type": "application/hal+json", "x": "y"}'::jsonb) $$,
                  'status and headers are the handler''s to choose');
select tests.as_anon();
select is((functions.reply(null)).body, convert_to('null', 'UTF8'), 'null is JSON''s null, for any role');
select tests.as_owner();

select * from finish();
rollback;
