package storage

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"testing"
	"time"

	"howdah/server/problem"
)

func TestLinks(t *testing.T) {
	t.Parallel()
	old, fresh := strings.Repeat("old secret ", 4), strings.Repeat("new secret ", 4)
	before, during, after := newLinks(nil, old), newLinks(nil, fresh+","+old), newLinks(nil, fresh)
	link := before.sign(claims{URL: "b/f", Scope: scopeDownload}, time.Minute)
	renewed := during.sign(claims{URL: "b/f", Scope: scopeDownload}, time.Minute)
	later := newLinks(nil, old)
	later.now = func() time.Time { return time.Now().Add(2 * time.Minute) }
	parts := strings.Split(link, ".")
	forged := base64.RawURLEncoding.EncodeToString([]byte(`{"url":"b/other","scope":"download","exp":9999999999}`))
	none := base64.RawURLEncoding.EncodeToString([]byte(`{"alg":"none"}`))
	for _, test := range []struct {
		name, link, url, scope, code string
		by                           *links
	}{
		{"a good link", link, "b/f", scopeDownload, "", before},
		{"an old link while keys change", link, "b/f", scopeDownload, "", during},
		{"a new link after the change", renewed, "b/f", scopeDownload, "", after},
		{"an old link after the change", link, "b/f", scopeDownload, "InvalidJWT", after},
		{"another path", link, "b/g", scopeDownload, "InvalidSignature", before},
		{"another scope", link, "b/f", scopeUpload, "InvalidSignature", before},
		{"expired", link, "b/f", scopeDownload, "InvalidJWT", later},
		{"other claims", parts[0] + "." + forged + "." + parts[2], "b/other", scopeDownload, "InvalidJWT", before},
		{"no algorithm", none + "." + forged + ".", "b/other", scopeDownload, "InvalidJWT", before},
		{"cut", link[:len(link)-1], "b/f", scopeDownload, "InvalidJWT", before},
		{"nothing", "", "b/f", scopeDownload, "InvalidJWT", before},
	} {
		_, err := test.by.verify(test.link, test.url, test.scope)
		var p *problem.Problem
		switch {
		case test.code == "" && err != nil:
			t.Errorf("%s: %v", test.name, err)
		case test.code != "" && (!errors.As(err, &p) || p.Code != test.code):
			t.Errorf("%s: %v, want %s", test.name, err, test.code)
		}
	}
}

// Whoever may make objects may not replace those of others: neither may a link
// that was made while the name was free, however it is used.
func TestLinksReplaceWhatTheyWereMadeFor(t *testing.T) {
	t.Parallel()
	a := newAPI(t, nil)
	a.exec(`create policy anybody_adds on storage.objects for insert to authenticated with check (bucket_id = 'other')`)
	a.exec(`create policy all_read on storage.objects for select to authenticated using (bucket_id = 'other')`)
	a.exec(`create policy own_change on storage.objects for update to authenticated using (owner_id = (select auth.uid()::text))`)
	_, ada := a.user()
	_, bob := a.user()
	put := func(name, bearer, text string) {
		t.Helper()
		if r := a.call("POST", "/object/other/"+name, bearer, strings.NewReader(text)); r.status != http.StatusOK {
			t.Fatalf("%s: %d %s", name, r.status, r.body)
		}
	}
	large := strings.Repeat("ada", 1<<20)
	for _, test := range []struct {
		name, maker, text string
		before, since     string // who made what, before the link and after
		replaced          bool
	}{
		{"free, then another's", ada, "ada", "", bob, false},
		{"free, then another's, for a large file", ada, large, "", bob, false},
		{"free, then one's own", ada, "ada", "", ada, true},
		{"one's own", ada, "ada", ada, "", true},
		{"one's own, large", ada, large, ada, "", true},
		{"one's own, then another's", ada, "ada", ada, bob, false},
		{"one's own, then another's, for a large file", ada, large, ada, bob, false},
		{"no policy's", a.service, "ada", "", bob, true},
		{"no policy's, large", a.service, large, "", bob, true},
	} {
		for _, way := range []string{"put", "tus"} {
			name := url.PathEscape(test.name + " by " + way)
			if test.before != "" {
				put(name, test.before, "old")
			}
			var signed struct{ URL, Token string }
			link := a.call("POST", "/object/upload/sign/other/"+name, test.maker, nil, "X-Upsert", "true")
			if err := json.Unmarshal([]byte(link.body), &signed); err != nil || link.status != http.StatusOK {
				t.Fatalf("%s: %d %s", name, link.status, link.body)
			}
			if test.before != "" && test.since != "" {
				a.exec(`delete from storage.objects where bucket_id = 'other' and name = $1`, test.name+" by "+way)
			}
			if test.since != "" {
				put(name, test.since, "old")
			}
			want, status := "old", http.StatusBadRequest
			if test.replaced {
				want, status = test.text, http.StatusOK
			}
			var r answer
			if way == "put" {
				r = a.call("PUT", signed.URL, "", strings.NewReader(test.text))
			} else {
				r = a.call("POST", "/upload/resumable/sign", "", strings.NewReader(test.text), "Tus-Resumable", "1.0.0",
					"Upload-Length", strconv.Itoa(len(test.text)), "Content-Type", tusContentType, "X-Signature", signed.Token,
					"Upload-Metadata", "bucketName "+b64("other")+",objectName "+b64(test.name+" by "+way))
				status = map[bool]int{true: http.StatusCreated, false: http.StatusConflict}[test.replaced]
			}
			if got := a.call("GET", "/object/authenticated/other/"+name, a.service, nil); r.status != status || got.body != want {
				t.Errorf("%s: %d %s; now it is %.9q", name, r.status, r.body, got.body)
			}
		}
	}
	if n := a.count(`select count(*) from storage.uploads where state = 'pending'`); n != 0 {
		t.Errorf("%d uploads are left", n)
	}
}
