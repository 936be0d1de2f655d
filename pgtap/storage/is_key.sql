begin; select plan(3);
select is_empty($$ select n
                     from unnest(array['a', 'a/b.txt', 'A-Z_0/!.*''() &$=@;:+,?-',
                                       repeat('x', 1024), 'dir/']) n
                    where not storage.is_key(n) $$,
                'what upstream allows is allowed');
select is_empty($$ select n
                     from unnest(array['', '/a', 'a//b', '..', 'a/../b', './a', 'ü', 'a%b', 'a#b',
                                       'a~b', 'a[b', E'a\nb', E'a\\b', repeat('x', 1025)]) n
                    where storage.is_key(n) $$,
                'what could lead astray is not');
select is(storage.is_key(null), false, 'nor is nothing');
select * from finish(); rollback;
