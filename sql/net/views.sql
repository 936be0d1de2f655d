-- pg_net's name for what came back.
create or replace view net._http_response with (security_invoker = true) as
  select r.id, r.status_code, r.content_type, r.headers, r.content, r.timed_out, r.error_msg, r.created
    from net.responses r;
comment on view net._http_response is 'What came back for each request, as pg_net shows it.';
grant select on net._http_response to service_role;
