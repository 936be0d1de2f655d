begin;
select plan(2);

do $$ begin
  perform jobs.workflow('w',
                        '[{"name": "a", "job": "http.request"},
                          {"name": "b", "job": "http.request", "after": []},
                          {"name": "c", "event": "e", "after": ["a", "b"]}]'), jobs.start('w'); end $$;
select results_eq($$ select s.name, s.state from jobs.steps s order by s.position $$, $$
                    values ('a', 'running'), ('b', 'running'), ('c', 'waiting') $$,
                  'steps that wait for nothing begin together');
select throws_ok($$ select jobs.start('nix') $$, 'PT422', 'There is no workflow ''nix''.',
                 'an unknown workflow is refused');

select * from finish();
rollback;
