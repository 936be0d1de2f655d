begin; select plan(5);
create schema warm;
create table warm.teams (id int primary key);
create table warm.members (id int primary key, team_id int not null references warm.teams);
select tests.as_login();
select is(rest.warm_up('{"schemas": ["warm"], "aggregates": false, "plan": false, "hoisted": []}'), 2,
          'a read and an insert of related tables are compiled');
reset role; drop table warm.members; select tests.as_login();
select is(rest.warm_up('{"schemas": ["warm"], "aggregates": false, "plan": false, "hoisted": []}'), 2,
          'so they are of a table alone');
select is(rest.warm_up('{"schemas": ["nowhere"], "aggregates": false, "plan": false, "hoisted": []}'), 0,
          'nothing is, where there is no table');
select is(rest.warm_up('{}'), 0, 'nothing is without settings');
select tests.as_anon();
select throws_ok($$ select rest.warm_up('{}') $$, '42501', null, 'request roles do not reach it');
select * from finish(); rollback;
