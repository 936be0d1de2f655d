package server

import (
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"

	"github.com/labstack/echo/v4"
	"github.com/pb33f/libopenapi"

	"howdah/server/db/dbtest"
)

var described = regexp.MustCompile(`^(/auth/|/api/v1/auth|/orgs/v1|/\.well-known/)`)

// TestEveryAuthRouteIsDescribed holds the OpenAPI document of auth and orgs against
// the routes that are registered, both ways.
func TestEveryAuthRouteIsDescribed(t *testing.T) {
	t.Parallel()
	s, err := New(t.Context(), settings(t, nil), dbtest.New(t).URL, "test")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.pool.Close)
	w := httptest.NewRecorder()
	s.echo.ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/auth/v1/openapi.json", nil))
	document, err := libopenapi.NewDocument(w.Body.Bytes())
	if err != nil {
		t.Fatal(err)
	}
	model, err := document.BuildV3Model()
	if err != nil {
		t.Fatal(err)
	}
	told := map[string]bool{}
	for path, item := range model.Model.Paths.PathItems.FromOldest() {
		for method, operation := range item.GetOperations().FromOldest() {
			told[strings.ToUpper(method)+" "+path] = true
			if operation.Summary == "" || operation.OperationId == "" || strings.Count(path, "{") != len(operation.Parameters) {
				t.Errorf("%s %s lacks a summary, an id or parameters", method, path)
			}
		}
	}
	there := map[string]bool{}
	for _, r := range s.echo.Routes() {
		if described.MatchString(r.Path) && r.Method != echo.RouteNotFound {
			there[r.Method+" "+regexp.MustCompile(`:([a-z_]+)`).ReplaceAllString(r.Path, "{$1}")] = true
		}
	}
	for route := range there {
		if !told[route] {
			t.Errorf("%s is not described", route)
		}
	}
	for route := range told {
		if !there[route] {
			t.Errorf("%s is described, but not there", route)
		}
	}
	if len(told) < 100 {
		t.Errorf("%d routes", len(told))
	}
}
