begin;
select plan(4);

select is_empty($$ select u
                     from unnest(array['http://a.test', 'https://a.test:8443/x?y=1&z=%20',
                                       'HTTPS://A-b.Test/', 'http://[::1]:80/', 'http://127.0.0.1/',
                                       'http://a_b.test./p']) as t (u)
                    where net._url_fault(u) is not null $$,
                'URLs of http and https pass');
select results_eq($$ select net._url_fault(u)
                       from unnest(array[
                         'ftp://a.test', 'javascript:alert(1)', 'http://', 'http:///x',
                         'http://ada:pw@a.test/', E'http://a.test/\r\nX: y',
                         'http://a.test/a b', 'http://a.test:99999/', 'http://a.test:0', 'http://a.test/#x',
                         'http://a.test\@b.test/', null]) with ordinality as t (u, n)
                      order by n $$,
                  $$ values ('the URL does not begin with http:// or https://'),
                            ('the URL does not begin with http:// or https://'),
                            ('the URL names no host'),
                            ('the URL names no host'),
                            ('the URL has a user or password in it; pass an Authorization header'),
                            ('the URL has a blank or another character that must be encoded'),
                            ('the URL has a blank or another character that must be encoded'),
                            ('the port is not between 1 and 65535'),
                            ('the port is not between 1 and 65535'),
                            ('the URL has a fragment (#…), which is not sent'),
                            ('the URL has a blank or another character that must be encoded'),
                            ('the URL is null') $$,
                  'what cannot be sent to is said');
select is_empty($$ select h
                     from unnest(array[
                       '{}', '{"Authorization": "Bearer {{ secret.x }}", "X-N": 1}']::jsonb[]) as t (h)
                    where net._headers_fault(h) is not null $$,
                'plain headers pass');
select results_eq($$ select net._headers_fault(h)
                       from unnest(array['[]', '{"a b": "x"}', '{"X": "a\r\nY: b"}',
                                         '{"Host": "x"}', '{"X": {"a": 1}}',
                                         '{"X": null}']::jsonb[]) with ordinality as t (h, n)
                      order by n $$,
                  $$ values ('the headers are no object of names and texts'),
                            ('''a b'' is no header name'),
                            ('the header X has a line break or a control character'),
                            ('the header Host is set by the client itself'),
                            ('the header X is no text'),
                            ('the header X is no text') $$,
                  'what would break a message is said');

select * from finish();
rollback;
