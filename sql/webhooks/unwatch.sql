create or replace function webhooks.unwatch(_table regclass)
  returns void
  language plpgsql volatile
as $$
begin
  execute format('drop trigger if exists howdah_webhooks on %s', _table);
end
$$;
comment on function webhooks.unwatch(regclass) is 'The table emits no more events. Its owner calls it.';
revoke execute on function webhooks.unwatch(regclass) from public;
grant execute on function webhooks.unwatch(regclass) to service_role;
