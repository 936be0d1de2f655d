begin;
select plan(5);

select is(net._urlencode('a b&c=d/é~'), 'a%20b%26c%3Dd%2F%C3%A9~', 'letters are encoded as UTF-8');
select is(net._urlencode(''), '', 'nothing is nothing');
select is(net._with_params('http://a.test', '{}'), 'http://a.test', 'no parameter leaves the URL');
select is(net._with_params('http://a.test/?x=1', '{"b": "c d", "a": [1, "y"], "n": null}'),
          'http://a.test/?x=1&a=1&a=y&b=c%20d', 'parameters are appended, lists repeat, null is left out');
select is(net._with_params('http://a.test', '{"a": true}'), 'http://a.test?a=true', 'a query is begun');

select * from finish();
rollback;
