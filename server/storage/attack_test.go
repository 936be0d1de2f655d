package storage

import (
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"howdah/server/problem"
)

// Who holds a presigned URL may do what was signed, and nothing that a header adds.
func TestS3HeadersMustBeSigned(t *testing.T) {
	t.Parallel()
	a := newAPI(t, nil)
	a.put("secret", "secret")
	c := a.tool(s3ServiceKey, S3Secret(a.ring, s3ServiceKey), "")
	link, err := c.PresignedPutObject(t.Context(), "other", "f", time.Minute)
	if err != nil {
		t.Fatal(err)
	}
	for name, value := range map[string]string{"X-Amz-Copy-Source": "/b/secret", "X-Amz-Meta-By": "me", "X-Amz-Security-Token": "x"} {
		if r := a.call("PUT", link.String(), "", strings.NewReader("x"), name, value); r.status != http.StatusForbidden {
			t.Errorf("%s that nobody signed: %d %s", name, r.status, r.body)
		}
	}
	if r := a.call("DELETE", link.String(), "", nil); r.status != http.StatusForbidden {
		t.Errorf("another method: %d", r.status)
	}
	if r := a.call("PUT", link.String()+"&uploads=", "", nil); r.status != http.StatusForbidden {
		t.Errorf("another query: %d", r.status)
	}
	if r := a.call("PUT", link.String(), "", strings.NewReader("as signed")); r.status != http.StatusOK {
		t.Errorf("as it was signed: %d %s", r.status, r.body)
	}
	if r := a.call("GET", "/object/authenticated/other/f", a.service, nil); r.body != "as signed" {
		t.Errorf("%d %s", r.status, r.body)
	}
}

func TestS3SignaturesHaveTheirTime(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 5, 1, 12, 0, 0, 0, time.UTC)
	header := func(date, scope, signed string) *http.Request {
		return &http.Request{URL: &url.URL{}, Header: http.Header{
			"X-Amz-Date":    {date},
			"Authorization": {sigAlgorithm + " Credential=k/" + scope + ", SignedHeaders=" + signed + ", Signature=00"},
		}}
	}
	query := func(expires string) *http.Request {
		q := url.Values{
			"X-Amz-Algorithm": {sigAlgorithm}, "X-Amz-Credential": {"k/20260501/us-east-1/s3/aws4_request"}, "X-Amz-Date": {"20260501T120000Z"},
			"X-Amz-Expires": {expires}, "X-Amz-SignedHeaders": {"host"}, "X-Amz-Signature": {"00"},
		}
		return &http.Request{URL: &url.URL{RawQuery: q.Encode()}, Header: http.Header{}}
	}
	const good, scope = "20260501T120000Z", "20260501/us-east-1/s3/aws4_request"
	for _, test := range []struct {
		name, code string
		r          *http.Request
		now        time.Time
	}{
		{"now", "", header(good, scope, "host"), at},
		{"a clock that is a little off", "", header(good, scope, "host"), at.Add(-14 * time.Minute)},
		{"too early", "RequestTimeTooSkewed", header(good, scope, "host"), at.Add(-16 * time.Minute)},
		{"too late", "RequestTimeTooSkewed", header(good, scope, "host"), at.Add(16 * time.Minute)},
		{"a scope of another day", "AuthorizationHeaderMalformed", header(good, "20260430/us-east-1/s3/aws4_request", "host"), at},
		{"another service", "AuthorizationHeaderMalformed", header(good, "20260501/us-east-1/iam/aws4_request", "host"), at},
		{"no date", "AuthorizationHeaderMalformed", header("", scope, "host"), at},
		{"a host that nobody signed", "SignatureDoesNotMatch", header(good, scope, "x-amz-date"), at},
		{"a link that holds", "", query("60"), at.Add(59 * time.Second)},
		{"a link that has ended", "RequestTimeTooSkewed", query("60"), at.Add(61 * time.Second)},
		{"a link for ever", "AuthorizationQueryParametersError", query("604801"), at},
		{"a link of no time", "AuthorizationQueryParametersError", query("0"), at},
		{"nothing", "AccessDenied", &http.Request{URL: &url.URL{}, Header: http.Header{}}, at},
	} {
		_, err := readSignature(test.r, test.now)
		var p *problem.Problem
		if (err == nil) != (test.code == "") || err != nil && (!errors.As(err, &p) || p.Code != test.code) {
			t.Errorf("%s: %v, want %s", test.name, err, test.code)
		}
	}
}

func TestRangesDoNotMultiply(t *testing.T) {
	t.Parallel()
	a := newAPI(t, nil)
	a.put("f", strings.Repeat("x", 1000))
	ranges := "bytes=0-0" + strings.Repeat(",1-1", 10_000)
	if r := a.call("GET", "/object/authenticated/b/f", a.service, nil, "Range", ranges); r.status != http.StatusRequestedRangeNotSatisfiable || r.code() != "InvalidRange" {
		t.Errorf("%d, %d bytes", r.status, len(r.body))
	}
	if r := a.call("GET", "/object/authenticated/b/f", a.service, nil, "Range", "bytes=0-0,5-6"); r.status != http.StatusPartialContent {
		t.Errorf("two ranges: %d", r.status)
	}
}

// An upload's id is of its object and its makers alone.
func TestUploadsOfOthers(t *testing.T) {
	t.Parallel()
	a := newAPI(t, nil)
	up := a.server.URL + a.create("f", 6, a.server.URL)
	id := uuid.MustParse(a.one(`select id::text from storage.uploads`))
	user, bearer := a.user()
	name := user + "/g"
	var signed struct{ Token string }
	link := a.call("POST", "/object/upload/sign/b/"+name, bearer, nil)
	if err := json.Unmarshal([]byte(link.body), &signed); err != nil || link.status != http.StatusOK {
		t.Fatalf("%d %s", link.status, link.body)
	}
	renamed := tusID(target{id: id, bucket: "b", name: name})
	tus := []string{"Tus-Resumable", "1.0.0", "Upload-Offset", "0", "Content-Type", tusContentType, "X-Signature", signed.Token}
	for _, test := range []struct {
		name, method, url, bearer string
		status                    int
	}{
		{"a stranger adds", "PATCH", up, bearer, http.StatusForbidden},
		{"a stranger ends it", "DELETE", up, bearer, http.StatusForbidden},
		{"under a name of one's own", "PATCH", "/upload/resumable/" + renamed, bearer, http.StatusNotFound},
		{"ended under a name of one's own", "DELETE", "/upload/resumable/" + renamed, bearer, http.StatusNotFound},
		{"asked for under a name of one's own", "HEAD", "/upload/resumable/" + renamed, bearer, http.StatusNotFound},
		{"by a link for another name", "PATCH", "/upload/resumable/sign/" + renamed, "", http.StatusNotFound},
		{"ended by a link for another name", "DELETE", "/upload/resumable/sign/" + renamed, "", http.StatusNotFound},
	} {
		if r := a.call(test.method, test.url, test.bearer, strings.NewReader("evil!!"), tus...); r.status != test.status {
			t.Errorf("%s: %d %s", test.name, r.status, r.body)
		}
	}
	if r := a.patch(up, 0, "genius"); r.status != http.StatusNoContent || a.get("f").body != "genius" {
		t.Errorf("the owner goes on: %d %s", r.status, r.body)
	}
}

// A link is for one use of one path, whatever is put around it.
func TestLinksAreForOneUse(t *testing.T) {
	t.Parallel()
	a := newAPI(t, nil)
	a.put("f", "f")
	a.put("g", "g")
	var read struct{ SignedURL string }
	var write struct{ Token string }
	if err := errors.Join(
		json.Unmarshal([]byte(a.call("POST", "/object/sign/b/f", a.service, strings.NewReader(`{"expiresIn": 60}`)).body), &read),
		json.Unmarshal([]byte(a.call("POST", "/object/upload/sign/b/new", a.service, nil).body), &write)); err != nil {
		t.Fatal(err)
	}
	_, token, _ := strings.Cut(read.SignedURL, "?token=")
	if r := a.call("GET", read.SignedURL, "", nil); r.body != "f" {
		t.Fatalf("%d %s", r.status, r.body)
	}
	for name, r := range map[string]answer{
		"another name":       a.call("GET", "/object/sign/b/g?token="+token, "", nil),
		"another bucket":     a.call("GET", "/object/sign/other/f?token="+token, "", nil),
		"a slash moved":      a.call("GET", "/object/sign/b%2Ff/?token="+token, "", nil),
		"to write":           a.call("PUT", "/object/upload/sign/b/f?token="+token, "", strings.NewReader("x")),
		"to transform":       a.call("GET", "/render/image/sign/b/f?token="+token, "", nil),
		"a session":          a.call("GET", "/object/authenticated/b/f", token, nil),
		"an upload to read":  a.call("GET", "/object/sign/b/new?token="+write.Token, "", nil),
		"an upload to place": a.call("PUT", "/object/upload/sign/b/f?token="+write.Token, "", strings.NewReader("x"), "X-Upsert", "true"),
		"a session's token":  a.call("GET", "/object/sign/b/f?token="+a.service, "", nil),
	} {
		if r.status < 400 || r.status >= 500 {
			t.Errorf("%s: %d %s", name, r.status, r.body)
		}
	}
	for range 2 {
		a.call("PUT", "/object/upload/sign/b/new?token="+write.Token, "", strings.NewReader("once"), "X-Upsert", "true", "Content-Type", "text/plain")
	}
	if r := a.call("PUT", "/object/upload/sign/b/new?token="+write.Token, "", strings.NewReader("twice"), "X-Upsert", "true"); r.code() != "KeyAlreadyExists" {
		t.Errorf("the header makes no upsert of a link: %d %s", r.status, r.body)
	}
}

func TestHostileTextIsRefused(t *testing.T) {
	t.Parallel()
	a := newAPI(t, nil)
	a.put("f", "f")
	for path, body := range map[string]string{
		"/object/list/b":         `{"prefix": "a\u0000"}`,
		"/object/list-v2/b":      `{"cursor": "/w=="}`,
		"/object/list-v2/b?":     `{"cursor": "!!"}`,
		"/object/move":           `{"bucketId": "b", "sourceKey": "f", "destinationKey": "a\u0000"}`,
		"/object/move?":          `{"bucketId": "b", "sourceKey": "f", "destinationKey": "../f"}`,
		"/object/copy":           `{"bucketId": "b", "sourceKey": "f", "destinationKey": "e\u0301"}`,
		"/object/copy?":          `{"bucketId": "b", "sourceKey": "f", "destinationKey": "g", "destinationBucket": "../b"}`,
		"/object/sign/b":         `{"expiresIn": 1, "paths": ["a\u0000"]}`,
		"/object/sign/b/f":       `{"expiresIn": 99999999999999}`,
		"/bucket":                `{"name": "a/../b"}`,
		"/bucket?":               `{"name": "a\u0000"}`,
		"/object/list/b?":        `{"prefix": "", "offset": 2147483647, "limit": 2147483647}`,
		"/object/upload/sign/b/": `{}`,
	} {
		if r := a.call("POST", path, a.service, strings.NewReader(body)); r.status < 400 || r.status >= 500 {
			t.Errorf("%s %s: %d %s", path, body, r.status, r.body)
		}
	}
}

// Whoever may read a public bucket's files may not list them.
func TestPublicIsNotListed(t *testing.T) {
	t.Parallel()
	a := newAPI(t, nil)
	a.put("f", "f")
	a.exec(`update storage.buckets set public = true where id = 'b'`)
	anon, err := a.ring.MintAPIKey("anon")
	if err != nil {
		t.Fatal(err)
	}
	if r := a.call("GET", "/object/public/b/f", "", nil); r.body != "f" {
		t.Errorf("%d %s", r.status, r.body)
	}
	for path, want := range map[string]string{"/object/list/b": `[]`, "/object/list-v2/b": `"objects": []`} {
		if r := a.call("POST", path, anon, strings.NewReader(`{"prefix": ""}`)); !strings.Contains(r.body, want) {
			t.Errorf("%s: %s", path, r.body)
		}
	}
	if r := a.call("POST", "/object/copy", anon, strings.NewReader(`{"bucketId": "b", "sourceKey": "f", "destinationKey": "g"}`)); r.status == http.StatusOK {
		t.Errorf("anon copies: %s", r.body)
	}
}

// Past the limit everything that begins an upload waits, whichever way it comes.
func TestUploadsArePaced(t *testing.T) {
	t.Parallel()
	a := newAPI(t, nil)
	a.s.Config.UploadsPerMinute = -1 // is always reached: a minute may end in mid-test
	user, bearer := a.user()
	path := "/object/b/" + user
	var signed struct{ URL string }
	if err := json.Unmarshal([]byte(a.call("POST", "/object/upload/sign/b/"+user+"/l", bearer, nil).body), &signed); err != nil {
		t.Fatal(err)
	}
	tus := []string{"Tus-Resumable", "1.0.0", "Upload-Length", "5", "Upload-Metadata", "bucketName " + b64("b") + ",objectName " + b64(user+"/t")}
	for name, r := range map[string]answer{
		"an upload": a.call("POST", path+"/f", bearer, strings.NewReader("x")), "an update": a.call("PUT", path+"/f", bearer, strings.NewReader("x")),
		"a resumable one": a.call("POST", "/upload/resumable", bearer, nil, tus...),
		"by a link":       a.call("PUT", signed.URL, "", strings.NewReader("x")),
		"a copy":          a.call("POST", "/object/copy", bearer, strings.NewReader(`{"bucketId": "b", "sourceKey": "f", "destinationKey": "g"}`)),
	} {
		if r.status != http.StatusTooManyRequests || r.header.Get("Retry-After") == "" {
			t.Errorf("%s: %d %s", name, r.status, r.body)
		}
	}
	if r := a.put("f", "x"); r.status != http.StatusOK {
		t.Errorf("service_role: %d %s", r.status, r.body)
	}
}
