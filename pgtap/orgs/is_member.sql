begin;
select plan(4);

insert into orgs.orgs (id, name, slug)
values ('00000000-0000-0000-0000-000000000001', 'Acme', 'acme'),
       ('00000000-0000-0000-0000-000000000002', 'Other', 'other');
insert into orgs.members (org_id, user_id, role)
values ('00000000-0000-0000-0000-000000000001', tests.user('im-ada'), 'viewer');

select tests.as_user('im-ada');
select is(orgs.is_member('00000000-0000-0000-0000-000000000001'), true, 'a member is one');
select is(orgs.is_member('00000000-0000-0000-0000-000000000002'), false, 'not elsewhere');
select is(orgs.is_member(null), false, 'nor of nothing');
select tests.as_anon();
select is(orgs.is_member('00000000-0000-0000-0000-000000000001'), false, 'nobody belongs nowhere');

select * from finish();
rollback;
