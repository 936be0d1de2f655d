-- Metadata merged at the top level; a null deletes the key.
create or replace function auth._merged(_old jsonb, _new jsonb)
  returns jsonb
  language sql immutable parallel safe
as $$
  select (_old || _new) - array(select e.key from jsonb_each(_new) e where e.value = 'null')
$$;
