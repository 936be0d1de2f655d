begin;
select plan(2);

create table public.thing (id int);
select results_eq($$ select kind from ops.snapshot() where identity ~ '^public.thing' $$,
                  array['table', 'column', 'row level security'], 'what leans on others comes after them');
select is_empty($$ select identity from ops.snapshot() where identity ~ '^(auth|ops|jobs|storage)\.' $$,
                'the platform''s own is left out');

select * from finish();
rollback;
