package storage

import (
	"encoding/base64"
	"errors"
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
