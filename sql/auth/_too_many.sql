-- The refusal of a rate limit, the same for every flow.
create or replace function auth._too_many(_wait int)
  returns jsonb
  language sql immutable parallel safe
as $$
  select auth._refusal('over_request_rate_limit',
                       format('Too many attempts. Try again in %s seconds.', _wait), null, _wait)
$$;
