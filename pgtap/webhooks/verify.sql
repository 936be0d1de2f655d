begin;
select plan(10);

-- The vectors of RFC 4231, and an example of the Standard Webhooks specification's form.
select is(encode(webhooks._hmac(decode(repeat('0b', 20), 'hex'), 'Hi There'), 'hex'),
          'b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7',
          'HMAC-SHA256 as RFC 4231 has it');
select is(encode(webhooks._hmac('Jefe', 'what do ya want for nothing?'), 'hex'),
          '5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843', 'with a short key');
select is(encode(webhooks._hmac(decode(repeat('aa', 131), 'hex'),
                                'Test Using Larger Than Block-Size Key - Hash Key First'), 'hex'),
          '60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54', 'and with a long one');

create function pg_temp.headers(_secret text, _at text, _body text) returns jsonb language sql as $$
  select jsonb_build_object('Webhook-Id', 'msg_1', 'Webhook-Timestamp', _at,
                            'Webhook-Signature', 'v1,bm90aGluZw== v1,' || encode(webhooks._hmac(webhooks._key(
                              _secret), convert_to('msg_1.' || _at || '.' || _body, 'UTF8')), 'base64')) $$;
create temporary table h as
  select pg_temp.headers('whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw', '1767225600', '{"a":"é"}') as headers;
select ok(webhooks.verify('{whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw}', headers, '{"a":"é"}',
                          _now => to_timestamp(1767225700)),
          'a signature verifies, among others')
  from h;
select ok(webhooks.verify('{whsec_AAAA,whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw}', headers,
                          '{"a":"é"}', _now => to_timestamp(1767225600)),
          'any of the secrets will do')
  from h;
select ok(not webhooks.verify('{whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw}', headers,
                              '{"a":"e"}', _now => to_timestamp(1767225600)),
          'another body does not')
  from h;
select ok(not webhooks.verify('{whsec_AAAA}', headers, '{"a":"é"}', _now => to_timestamp(1767225600)),
          'another secret does not')
  from h;
select ok(not webhooks.verify('{whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw}', headers, '{"a":"é"}',
                              _now => to_timestamp(1767225600 + 301)),
          'an old one does not')
  from h;
select is_empty($$ select 1
                     from (values (null::jsonb),
                                  ('{}'),
                                  ('{"webhook-id": "x", "webhook-timestamp": "1; select",
                                     "webhook-signature": "v1,"}')) v (headers)
                    where webhooks.verify('{a}', v.headers, 'b') is not false $$,
                'without headers nothing verifies');
select is_empty($$ select 1
                     from (values (null::text[]), ('{}'), ('{""}'), (array[null]::text[])) v (secrets),
                          lateral (select pg_temp.headers('', '1767225600', 'b') as headers) e
                    where webhooks.verify(v.secrets, e.headers, 'b',
                                          _now => to_timestamp(1767225600)) is not false $$,
                'nor without a secret');

select * from finish();
rollback;
