package rest

import (
	"fmt"
	"io"
	"net/http"
	"runtime"
	"testing"
)

const bigRows = `create table shop.big (id int primary key, filler text not null);
	insert into shop.big select i, repeat(md5(i::text), 32) from generate_series(1, %d) i;
	grant select, insert, delete on shop.big to service_role;`

type measure struct {
	status       int
	size, length int64
	allocated    uint64
	header       http.Header
}

// measured sends a request, drops the answer as it comes and says how long it
// was and how many bytes the whole process allocated meanwhile.
func measured(t *testing.T, method, url string, header map[string]string) (res measure) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), method, url, http.NoBody)
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer service_role")
	for k, v := range header {
		req.Header.Set(k, v)
	}
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	answer, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	if res.size, err = io.Copy(io.Discard, answer.Body); err != nil {
		t.Fatal(err)
	}
	runtime.ReadMemStats(&after)
	res.status, res.length, res.header, res.allocated = answer.StatusCode, answer.ContentLength, answer.Header, after.TotalAlloc-before.TotalAlloc
	return res
}

// An answer of 50 MB costs the server what a small one costs. Not parallel:
// the figure is the process's.
func TestLongAnswersStayOutOfMemory(t *testing.T) {
	server, d := setup(t, nil)
	if _, err := d.Owner(t).Exec(t.Context(), fmt.Sprintf(bigRows, 50_000)); err != nil {
		t.Fatal(err)
	}
	const most = 2 << 20
	base := server.URL + "/rest/v1/big"
	for _, c := range []struct {
		name, method, url string
		header            map[string]string
		status            int
	}{
		{"warm up", http.MethodGet, base + "?limit=1", nil, 200},
		{"read", http.MethodGet, base + "?order=id", map[string]string{"Prefer": "count=exact"}, 200},
		{"csv", http.MethodGet, base, map[string]string{"Accept": "text/csv"}, 200},
		{"delete and answer", http.MethodDelete, base + "?id=gt.0", map[string]string{"Prefer": "return=representation,tx=rollback"}, 200},
		{"refused by single", http.MethodDelete, base + "?id=gt.0", map[string]string{"Prefer": "return=representation", "Accept": mediaObject}, 406},
		{"head", http.MethodHead, base, nil, 200},
		{"nothing was lost", http.MethodGet, base + "?order=id", nil, 200},
	} {
		got := measured(t, c.method, c.url, c.header)
		t.Logf("%s: %d, %d bytes, %d allocated", c.name, got.status, got.size, got.allocated)
		if got.status != c.status || got.allocated > most {
			t.Errorf("%s: status %d, want %d; %d bytes allocated for an answer of %d, want at most %d", c.name, got.status, c.status, got.allocated, got.size, most)
		}
		if long := c.name == "read" || c.name == "csv" || c.name == "delete and answer" || c.name == "nothing was lost"; long && got.size < 50_000_000 {
			t.Errorf("%s: %d bytes, want over 50 MB", c.name, got.size)
		}
		if c.method != http.MethodHead && got.length != got.size {
			t.Errorf("%s: Content-Length %d of %d bytes", c.name, got.length, got.size)
		}
		if c.name == "read" && got.header.Get("Content-Range") != "0-49999/50000" {
			t.Errorf("Content-Range %s", got.header.Get("Content-Range"))
		}
	}
}
