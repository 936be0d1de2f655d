begin;
select plan(3);

select is(auth._setting('{"jwt_exp": 60}', 'jwt_exp'), '60', 'what the server names counts');
select is(auth._setting('{}', 'jwt_exp'), '3600', 'the rest has a default');
select is(auth._setting(null, 'autoconfirm'), 'true', 'no settings at all are all defaults');

select * from finish();
rollback;
