begin;
select plan(2);

select is(net.check_url('https://a.test/hook'), null, 'a good URL has no fault');
select is(net.check_url('file:///etc/passwd'), 'the URL does not begin with http:// or https://',
          'a bad one is told');

select * from finish();
rollback;
