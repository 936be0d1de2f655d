begin;
select plan(2);

insert into auth.passkey_challenges (id, challenge, expires_at)
values (gen_random_uuid(), '\x01', '2026-01-01Z'),
       (gen_random_uuid(), '\x01', '2026-01-02Z'),
       (gen_random_uuid(), '\x01', '2026-01-03Z');
select is(auth.purge_mfa(1, '2026-01-02Z'), 1, 'a sweep has a limit');
select is(auth.purge_mfa(10, '2026-01-02Z'), 1, 'and leaves what is still open');

select * from finish();
rollback;
