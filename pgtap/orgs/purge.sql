begin;
select plan(1);

insert into orgs.orgs (id, name, slug) values ('00000000-0000-0000-0000-000000000001', 'Acme', 'acme');
insert into orgs.invites (org_id, email, role, token_hash, expires_at)
values ('00000000-0000-0000-0000-000000000001', 'a@example.test', 'viewer', '\x01', '2026-01-01Z'),
  ('00000000-0000-0000-0000-000000000001', 'b@example.test', 'viewer', '\x02', '2026-01-03Z');
select is(orgs.purge(10, '2026-01-02Z'), 1, 'expired invites go, others stay');

select * from finish();
rollback;
