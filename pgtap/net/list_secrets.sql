begin;
select plan(3);

select results_eq('select body from net.list_secrets()', $$ values ('[]'::jsonb) $$, 'none is an empty list');
select net.set_secret('b', '\xaa'), net.set_secret('a', '\xaa');
select results_eq($$ select jsonb_path_query_array(body, '$[*].name') from net.list_secrets() $$,
                  $$ values ('["a", "b"]'::jsonb) $$, 'names come in order');
select ok((select l.body::text !~ 'aa' from net.list_secrets() l), 'values do not come');

select * from finish();
rollback;
