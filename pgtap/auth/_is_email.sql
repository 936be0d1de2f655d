begin;
select plan(4);

select is_empty($$ select e
                     from unnest(array['a@b.co', 'first.last+tag@sub.example.test',
                                       'a@xn--mnchen-3ya.example', 'a@1.example']) e
                    where not auth._is_email(e) $$,
                'addresses pass');
select is_empty($$ select e
                     from unnest(array['', 'a', 'a@', '@b.co', 'a@b', 'a b@c.co', 'a@b..co',
                                       '.a@b.co', 'a.@b.co', 'a@-b.co', 'a@b.co,c@d.co',
                                       E'a@b.co\nBcc: x@y.co', 'a@b@c.co', repeat('a', 65) || '@b.co',
                                       'a@' || repeat('b', 260) || '.co']) e
                    where auth._is_email(e) $$,
                'what is no address, or several, does not');
select is_empty($$ select e
                     from unnest(array[
                       E'mi\u212Ae@b.co', E'm\u0456ke@b.co', E'\uFF4Dike@b.co',
                       E'mi\u200Dke@b.co', E'mike\u202E@b.co', E'mi\u00ADke@b.co',
                       E'mike@ex\u0430mple.co', E'mike@b\u3002co', E'mike@b.c\u2092', E'\uFEFFmike@b.co',
                       E'u\u0308@b.co', E'\u00FC@b.co', E'm\u0130ke@b.co']) e
                    where auth._is_email(e) $$,
                'nor does what looks like another, or becomes one in lower case');
select is(auth._is_email(null), false, 'null is none');

select * from finish();
rollback;
