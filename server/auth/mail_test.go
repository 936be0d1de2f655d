package auth

import (
	"encoding/json"
	"net/url"
)

// catchMail puts recorders in place of the mail and sms domains' functions:
// what auth hands over is what these tests are about.
func (a *api) catchMail() {
	a.t.Helper()
	_, err := a.owner.Exec(a.t.Context(), `
		create schema if not exists mail; create schema if not exists sms;
		do $$ declare f regprocedure; begin
			for f in select p.oid from pg_proc p where p.proname = 'send' and p.pronamespace::regnamespace::text in ('mail', 'sms') loop
				execute format('drop function %s', f);
			end loop;
		end $$;
		create table public.sent (id bigint generated always as identity, recipient text, template text, data jsonb, sealed bytea);
		alter table public.sent owner to howdah_owner;
		grant usage on schema mail, sms to howdah_owner;
		create function mail.send(_to text, _template text, _data jsonb default '{}', _sealed bytea default null) returns bigint language sql volatile as $$
			insert into public.sent (recipient, template, data, sealed) values (_to, _template, _data, _sealed) returning id $$;
		create function sms.send(_to text, _body_template text, _data jsonb default '{}', _sealed bytea default null) returns bigint language sql volatile as $$
			insert into public.sent (recipient, template, data, sealed) values (_to, _body_template, _data, _sealed) returning id $$;
		grant execute on all functions in schema mail, sms to howdah_owner;`)
	if err != nil {
		a.t.Fatalf("catch mail: %v", err)
	}
}

// letter is a mail as its reader sees it.
type letter struct {
	Template string
	Data     map[string]any
	Token    string `json:"token"`
	Hash     string `json:"token_hash"`
	URL      string `json:"confirmation_url"`
}

// mail is the last letter to an address.
func (a *api) mail(to string) letter {
	a.t.Helper()
	var l letter
	var sealed []byte
	err := a.owner.QueryRow(a.t.Context(), `select template, data, sealed from public.sent where recipient = $1 order by id desc limit 1`, to).
		Scan(&l.Template, &l.Data, &sealed)
	if err != nil {
		a.t.Fatalf("mail to %s: %v", to, err)
	}
	plain, err := a.ring.Unseal("mail", sealed)
	if err != nil {
		a.t.Fatal(err)
	}
	if err := json.Unmarshal(plain, &l); err != nil {
		a.t.Fatal(err)
	}
	return l
}

// path is the link of a letter without this server's address.
func (l letter) path(t interface{ Fatal(...any) }) string {
	u, err := url.Parse(l.URL)
	if err != nil {
		t.Fatal(err)
	}
	return u.RequestURI()
}
