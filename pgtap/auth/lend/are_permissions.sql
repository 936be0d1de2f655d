begin;
select plan(4);

select ok(auth.are_permissions('{*,todos:read,todos:*}'), 'permissions and wildcards are some');
select ok(not auth.are_permissions('{all}') and not auth.are_permissions('{a:b,""}'), 'a bare word is none');
select ok(not auth.are_permissions('{}'), 'an empty list is none');
select ok(not coalesce(auth.are_permissions(null), false), 'no list is none');

select * from finish();
rollback;
