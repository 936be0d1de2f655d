-- orders.paid is heard by subscribers of orders.paid, of orders.* and of *.

create or replace function webhooks._is_topic(_topic text)
  returns boolean
  language sql immutable parallel safe
as $$
  select coalesce(length(_topic) <= 200 and _topic ~ '^[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+)*$', false)
$$;

-- All that a subscriber of the topic may have written: an index finds them.
create or replace function webhooks._patterns(_topic text)
  returns text[]
  language sql immutable parallel safe
as $$
  select array['*', _topic] || array(
    select array_to_string((string_to_array(_topic, '.'))[:n.n], '.') || '.*'
      from generate_series(1, cardinality(string_to_array(_topic, '.')) - 1) as n (n))
$$;

create or replace function webhooks._topics_fault(_topics text[])
  returns text
  language sql immutable parallel safe
as $$
  select case when (cardinality(_topics) between 1 and 100) is not true then 'Name 1 to 100 topics.'
              else (
                select format('%L is no topic: write words with dots between, with .* at the end for all that begin so, or * for all.', t.topic)
                  from unnest(_topics) with ordinality as t (topic, n)
                 where not (coalesce(t.topic, '') = '*'
                            or webhooks._is_topic(regexp_replace(t.topic, '\.\*$', '')))
                 order by t.n
                 limit 1) end
$$;
