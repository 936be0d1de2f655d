-- Refusals in the API's shape, and things as the wire shows them.
create or replace function orgs._refusal(_code text, _message text, _hint text default null)
  returns jsonb
  language sql immutable parallel safe
as $$
  select jsonb_strip_nulls(jsonb_build_object('code', _code, 'message', _message, 'hint', _hint))
$$;

create or replace function orgs._org_json(_org orgs.orgs)
  returns jsonb
  language sql stable
as $$
  select jsonb_build_object('id', _org.id, 'name', _org.name, 'slug', _org.slug,
                            'metadata', _org.metadata, 'created_at', _org.created_at)
$$;

-- An organization that the caller may not know of looks like none.
create or replace function orgs._not_found()
  returns jsonb
  language sql immutable
as $$
  select orgs._refusal('org_not_found', 'Organization not found')
$$;
