begin;
select plan(3);

select is_empty($$ select e from unnest(array['a@b.co', 'first.last+tag@sub.example.test', 'ü@example.test', 'a@1.example']) e
                    where not auth._is_email(e) $$, 'addresses pass');
select is_empty($$ select e from unnest(array['', 'a', 'a@', '@b.co', 'a@b', 'a b@c.co', 'a@b..co', '.a@b.co', 'a.@b.co', 'a@-b.co', 'a@b.co,c@d.co',
                                              E'a@b.co\nBcc: x@y.co', 'a@b@c.co', repeat('a', 65) || '@b.co', 'a@' || repeat('b', 260) || '.co']) e
                    where auth._is_email(e) $$, 'what is no address, or several, does not');
select is(auth._is_email(null), false, 'null is none');

select * from finish();
rollback;
