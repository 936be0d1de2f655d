begin;
select plan(2);

select results_eq($$ select status, headers ->> 'content-type', convert_from(body, 'UTF8') collate "default"
                       from functions.reply_text('grüß') $$,
                  $$ values (200, 'text/plain; charset=utf-8', 'grüß') $$, 'text is UTF-8');
select is((functions.reply_text('<p>', 'text/html')).headers ->> 'content-type', 'text/html', 'of any type');

select * from finish();
rollback;
