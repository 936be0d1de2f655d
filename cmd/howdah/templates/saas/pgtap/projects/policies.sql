begin;
select plan(10);

select tests.user('ada'), tests.user('bob'), tests.user('eve');
select tests.as_user('ada');
create temporary table acme as select (body ->> 'id')::uuid as id from orgs.create_org('Acme', null);
grant select on acme to public;
create function pg_temp.within(_org uuid) returns void language sql as $$ select set_config('request.headers', jsonb_build_object('x-org-id', _org)::text, true) $$;
select pg_temp.within(id) from acme;
select lives_ok('insert into projects (org_id, name) select id, $$loom$$ from acme', 'who administers an organization adds to it');
select results_eq('select name from projects', array['loom'], 'and sees it');
select tests.as_owner();
insert into orgs.members (org_id, user_id, role) select a.id, u.id, 'viewer' from acme a, auth.users u where u.email like 'bob@%';

select tests.as_user('bob');
select pg_temp.within(id) from acme;
select results_eq('select name from projects', array['loom'], 'a viewer sees it too');
select throws_ok('insert into projects (org_id, name) select id, $$mine$$ from acme', '42501', null, 'but adds nothing');
select is_empty('update projects set name = $$mine$$ returning 1', 'changes nothing');
select is_empty('delete from projects returning 1', 'and deletes nothing');

select tests.as_user('eve');
select pg_temp.within(id) from acme;
select is_empty('select * from projects', 'a stranger who names the organization sees nothing');
select throws_ok('insert into projects (org_id, name) select id, $$mine$$ from acme', '42501', null, 'nor does she add to it');
select orgs.create_org('Evil', null);
select pg_temp.within(null);
select throws_ok('insert into projects (org_id, name) select id, $$mine$$ from acme', '42501', null, 'her own organization opens no other');
select tests.as_anon();
select throws_ok('select * from projects', '42501', null, 'without a user there is nothing to see');
select tests.as_owner();

select * from finish();
rollback;
