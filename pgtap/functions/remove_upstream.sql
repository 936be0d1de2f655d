begin;
select plan(2);

select functions.register_upstream('far', 'http://far.test');
select ok(functions.remove_upstream('far'), 'it goes');
select ok(not functions.remove_upstream('far'), 'a second time there is none');

select * from finish();
rollback;
