package rest

import (
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"testing"

	"howdah/server/config"
)

func described(t *testing.T, url, role, host string) (paths map[string]any, gotHost string) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url+"/rest/v1/", http.NoBody)
	if err != nil {
		t.Fatal(err)
	}
	req.Host = host
	req.Header.Set("Authorization", "Bearer "+role)
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	var doc struct {
		Host  string
		Paths map[string]any
	}
	if err := json.Unmarshal(body, &doc); err != nil {
		t.Fatalf("%v: %.200s", err, body)
	}
	return doc.Paths, doc.Host
}

// A document is made once for a role and a schema, whatever host is asked, and
// shows what the role may touch; DDL drops it.
func TestOpenAPIIsKept(t *testing.T) {
	t.Parallel()
	s, server, d := setupService(t, nil)
	for _, host := range []string{"a.example.test", "b.example.test:81", "c.example.test"} {
		if paths, got := described(t, server.URL, "service_role", host); got != host || paths["/orders"] == nil {
			t.Errorf("host %q, want %q; %d paths", got, host, len(paths))
		}
	}
	if paths, _ := described(t, server.URL, "anon", "a.example.test"); paths["/orders"] != nil {
		t.Error("anon is shown what it may not touch")
	}
	s.documents.byKey.CleanUp()
	if n := s.documents.byKey.EstimatedSize(); n != 2 {
		t.Errorf("%d documents are kept, want 2", n)
	}
	if _, err := d.Owner(t).Exec(t.Context(), `create table shop.fresh (id int); grant select on shop.fresh to service_role`); err != nil {
		t.Fatal(err)
	}
	s.drop()
	if paths, _ := described(t, server.URL, "service_role", "a.example.test"); paths["/fresh"] == nil {
		t.Error("a new table is not shown")
	}
}

func TestServerTimingTellsThePlan(t *testing.T) {
	t.Parallel()
	server, _ := setup(t, func(c *config.Rest) { c.ServerTiming = true })
	sc := scenario{method: "GET", url: "/orders?select=id&id=eq.10", status: 200, want: `[{"id":10}]`}
	req, err := http.NewRequestWithContext(t.Context(), sc.method, server.URL+"/rest/v1"+sc.url, http.NoBody)
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer service_role")
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	res.Body.Close()
	_, after, _ := strings.Cut(res.Header.Get("Server-Timing"), "plan;dur=")
	if plan, _, _ := strings.Cut(after, ","); plan == "" || strings.Trim(plan, "0.") == "" {
		t.Errorf("a first plan took %q ms: %s", plan, res.Header.Get("Server-Timing"))
	}
}
