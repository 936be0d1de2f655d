begin; select plan(5);
select tests.alone('storage');
insert into storage.buckets (id, name) values ('b', 'b');
insert into storage.quotas values ('b', '', 100, null), ('b', '*', 50, 2), ('b', 'rich', 90, null);
insert into storage.usage values ('b', '', 80, 3), ('b', 'u', 40, 1);
select is(storage._quota_breach('b', 'u', 10, 1), null, 'what fits breaks nothing');
select is(storage._quota_breach('b', 'u', 21, 1), 'The bucket may hold 100 bytes.',
          'the bucket''s quota comes first');
select is(storage._quota_breach('b', 'u', 11, 1), 'The owner may hold 50 bytes.', 'each owner has a quota');
select is(storage._quota_breach('b', 'u', 0, 2), 'The owner may hold 2 objects.', 'of objects, too');
select is(storage._quota_breach('b', 'rich', 20, 9), null, 'one''s own quota replaces that of everybody');
select * from finish(); rollback;
