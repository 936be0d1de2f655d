begin;
select plan(1);
select is(auth._merged('{"a": 1, "b": {"c": 1}}', '{"a": null, "b": {"d": null}, "e": 2}'),
          '{"b": {"d": null}, "e": 2}', 'metadata merges at the top, and null deletes there');
select * from finish();
rollback;
