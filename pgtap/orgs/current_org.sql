begin;
select plan(7);

insert into orgs.orgs (id, name, slug)
values ('00000000-0000-0000-0000-000000000001', 'Acme', 'acme'),
       ('00000000-0000-0000-0000-000000000002', 'Other', 'other');
insert into orgs.members (org_id, user_id, role)
values ('00000000-0000-0000-0000-000000000001', tests.user('ada'), 'viewer');

select tests.as_user('ada');
select is(orgs.current_org(), '00000000-0000-0000-0000-000000000001',
          'the only organization goes without saying');
do $$ begin
  perform set_config('request.headers', '{"x-org-id": "00000000-0000-0000-0000-000000000002"}', true);
end $$;
select is(orgs.current_org(), null, 'one that the caller does not belong to is none');
do $$ begin perform set_config('request.headers', '{"x-tenant-id": "nonsense"}', true); end $$;
select is(orgs.current_org(), null, 'nor is nonsense');
select tests.as_owner();
insert into orgs.members (org_id, user_id, role)
values ('00000000-0000-0000-0000-000000000002', tests.user('ada'), 'viewer');
select tests.as_user('ada');
do $$ begin perform set_config('request.headers', '{}', true); end $$;
select is(orgs.current_org(), null, 'of two, none is meant');
do $$ begin
  perform set_config('request.headers', '{"x-tenant-id": "00000000-0000-0000-0000-000000000002"}', true);
end $$;
select is(orgs.current_org(), '00000000-0000-0000-0000-000000000002', 'until one is named');
select tests.as_user('ada', '{"org_id": "00000000-0000-0000-0000-000000000001"}');
select is(orgs.current_org(), '00000000-0000-0000-0000-000000000001',
          'the token''s word counts more than a header''s');
select tests.as_anon();
select ok(orgs.current_org() is null and not orgs.is_member('00000000-0000-0000-0000-000000000001'),
          'nobody has a tenant');

select * from finish();
rollback;
