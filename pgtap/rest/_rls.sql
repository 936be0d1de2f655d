begin;
select plan(5);
\ir ../fixtures/shop.sql
alter table shop.orders enable row level security;
create policy cheap on shop.orders for select to authenticated using (total < 100);
create policy writes on shop.orders for insert to authenticated with check (true);
select matches(rest._rls_policies('shop.orders'::regclass), 'cheap', 'a policy for select is evaluated');
select doesnt_match(rest._rls_policies('shop.orders'::regclass), 'writes', 'one for insert is not');
select is(rest._rls_policies('shop.items'::regclass), $$'[]'::json$$, 'a table without any has none');
select is(pg_temp.refusal('{"op": "read", "name": "open_orders", "rls": true}'),
          '400 PGRST127: Feature not implemented', 'a view has no policies');
select is(jsonb_array_length(pg_temp.compile('{"op": "read", "name": "orders", "rls": true}') -> 'steps'), 3,
          'rows are fetched between two changes of role');
select * from finish();
rollback;
