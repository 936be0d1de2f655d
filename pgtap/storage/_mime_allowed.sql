begin; select plan(3);
select is_empty($$ select t
                     from unnest(array['image/png', 'image/svg+xml', 'TEXT/plain',
                                       'text/plain; charset=utf-8']) t
                    where not storage._mime_allowed(t, '{image/*,text/plain}') $$,
                'exact types and wildcards match, whatever the parameters and the case');
select is_empty($$ select t
                     from unnest(array['imagex/png', 'text/html', 'image', '', null]) t
                    where storage._mime_allowed(t, '{image/*,text/plain}') $$,
                'others do not');
select is(storage._mime_allowed('a/b', null) and storage._mime_allowed('a/b', '{}')
          and storage._mime_allowed('a/b', '{*/*}'),
          true, 'no list allows everything');
select * from finish(); rollback;
