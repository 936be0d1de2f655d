begin;
select plan(2);

select results_eq($$ select auth._covers(g, w)
                       from (values
                               ('{*}'::text[], 'todos:read'),
                               ('{todos:read}', 'todos:read'),
                               ('{todos:*}', 'todos:read'),
                               ('{*:read}', 'todos:read'),
                               ('{x:y,todos:read}', 'todos:read'),
                               ('{todos:write}', 'todos:read'),
                               ('{todo:read}', 'todos:read'),
                               ('{todos}', 'todos:read'),
                               ('{}', 'todos:read'),
                               (null, 'todos:read'),
                               ('{NULL}', 'todos:read'),
                               ('{todos:*}', '*:read'),
                               ('{todos:read}', '*'),
                               ('{*}', null),
                               ('{*}', ''),
                               ('{to*:read}', 'todos:read'),
                               ('{todos:read:x}', 'todos:read')) as t (g, w) $$,
                  array[true, true, true, true, true, false, false, false, false, false,
                        false, false, false, false, false, false, false],
                  'wildcards cover a whole side, and nothing else is covered');
select results_eq(
  $$ select auth._are_permissions(p)
       from (values ('{*}'::text[]),
                    ('{a:b,*:b,a:*}'),
                    ('{a}'),
                    ('{a:b:c}'),
                    ('{a b:c}'),
                    ('{}'),
                    (null),
                    ('{NULL}')) as t (p) $$,
  array[true, true, false, false, false, false, false, false], 'a list is well-formed or not');

select * from finish();
rollback;
