-- A level of names in byte order, as the caller: objects, and folders in place
-- of all that lies in them. It jumps over a folder by the index, so that a
-- folder of a million objects costs one look-up.
create or replace function storage.entries(_bucket_id text, _prefix text, _folders boolean, _after text, _limit int)
  returns table (key text, id uuid, size bigint, metadata jsonb, created_at timestamptz, updated_at timestamptz, last_accessed_at timestamptz)
  language plpgsql stable
as $$
declare
  v_until text collate "C" := _prefix || chr(1114111); -- no name with the prefix comes after
  v_from  text collate "C" := _prefix;
  v_left  int := _limit;
  v_batch storage.objects[];
  v_one   storage.objects;
  v_slash int;
begin
  if _after is not null then -- a folder's name ends in a slash; 0 is the character after it
    v_from := greatest(v_from, case when _folders and right(_after, 1) = '/' then left(_after, -1) || '0' else _after || chr(1) end);
  end if;
  while v_left > 0 loop
    v_batch := array(select o from storage.objects o
                      where o.bucket_id = _bucket_id and o.name >= v_from and o.name < v_until
                      order by o.name
                      limit least(_limit, 1000));
    foreach v_one in array v_batch loop
      continue when v_one.name < v_from; -- in the folder just named
      v_slash := case when _folders then position('/' in substr(v_one.name, length(_prefix) + 1)) else 0 end;
      if v_slash > 0 then
        key := left(v_one.name, length(_prefix) + v_slash);
        v_from := left(key, -1) || '0';
        id := null; size := null; metadata := null; created_at := null; updated_at := null; last_accessed_at := null;
      else
        key := v_one.name; id := v_one.id; size := v_one.size; metadata := v_one.metadata;
        created_at := v_one.created_at; updated_at := v_one.updated_at; last_accessed_at := v_one.last_accessed_at;
        v_from := v_one.name || chr(1);
      end if;
      return next;
      v_left := v_left - 1;
      exit when v_left = 0;
    end loop;
    exit when cardinality(v_batch) < least(_limit, 1000);
  end loop;
end
$$;
comment on function storage.entries(text, text, boolean, text, int) is
  'At most _limit names with the prefix and after _after, in byte order; with _folders what has a further slash is one row that ends in / and has no id.';
revoke execute on function storage.entries(text, text, boolean, text, int) from public;
grant execute on function storage.entries(text, text, boolean, text, int) to anon, authenticated, service_role;
