begin;
select plan(1);

select is(auth._too_many(7) -> 'retry_after', '7', 'the refusal says how long to wait');

select * from finish();
rollback;
