begin; select plan(3);
select is(rest.login_settings(), '{}', 'a role without settings has none');
do $$ begin
  execute format('alter role %I set pgrst.db_schemas = %L', session_user, 'api, shop');
  execute format('alter role %I set pgrst.db_max_rows = %L', session_user, '10');
  execute format('alter role %I in database %I set pgrst.db_max_rows = %L',
                 session_user, current_database(), '20');
  execute format('alter role %I set work_mem = %L', session_user, '5MB');
end $$;
select is(rest.login_settings(), '{"db_schemas": "api, shop", "db_max_rows": "20"}',
          'the login role''s pgrst settings, those of this database over those of all, and no others');
select tests.as_anon();
select throws_ok($$ select rest.login_settings() $$, '42501', null, 'request roles do not reach it');
select * from finish(); rollback;
