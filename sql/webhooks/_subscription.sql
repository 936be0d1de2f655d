-- A subscription as the API shows it, which is never with its secret, and what
-- is wrong with one.

create or replace function webhooks._subscription_json(_s webhooks.subscriptions)
  returns jsonb
  language sql stable
as $$
  select jsonb_build_object(
    'id', _s.id, 'topics', _s.topics, 'url', _s.url, 'description', _s.description, 'enabled', _s.enabled,
    'disabled_reason', _s.disabled_reason, 'failing_since', _s.failing_since,
    'secret_version', _s.secret_version,
    'previous_secret_until', _s.previous_until, 'created_at', _s.created_at, 'updated_at', _s.updated_at)
$$;

create or replace function webhooks._refusal(_code text, _message text)
  returns jsonb
  language sql immutable parallel safe
as $$
  select jsonb_build_object('code', _code, 'message', _message)
$$;

create or replace function webhooks._subscription_not_found()
  returns jsonb
  language sql immutable parallel safe
as $$
  select webhooks._refusal('subscription_not_found', 'There is no subscription of this id.')
$$;

-- null when topics and URL are good.
create or replace function webhooks._subscription_refusal(_topics text[], _url text)
  returns jsonb
  language sql immutable parallel safe
as $$
  select case
    when webhooks._topics_fault(_topics) is not null
      then webhooks._refusal('invalid_topic', webhooks._topics_fault(_topics))
    when net.check_url(_url) is not null
      then webhooks._refusal('invalid_url', 'This URL cannot be sent to: ' || net.check_url(_url) || '.')
  end
$$;
