package auth

import (
	"regexp"
	"strings"
	"testing"

	"github.com/labstack/echo/v4"
	"github.com/pb33f/libopenapi"
)

func TestOpenAPI(t *testing.T) {
	a := newAPI(t)
	got := a.call("GET", "/auth/v1/openapi.json", "", "")
	document, err := libopenapi.NewDocument([]byte(got.text))
	if err != nil {
		t.Fatal(err)
	}
	model, err := document.BuildV3Model()
	if err != nil {
		t.Fatal(err)
	}
	if document.GetVersion() != "3.1.0" {
		t.Errorf("version %s", document.GetVersion())
	}
	ids := map[string]bool{}
	swallowing := regexp.MustCompile(`^(/auth|/auth/v1|/api/v1/auth)/\{[^}]+\}$`)
	for path, item := range model.Model.Paths.PathItems.FromOldest() {
		if swallowing.MatchString(path) {
			t.Errorf("%s would swallow every other path", path) // AU-28
		}
		for method, operation := range item.GetOperations().FromOldest() {
			if operation.Summary == "" || operation.Responses == nil || ids[operation.OperationId] {
				t.Errorf("%s %s lacks a summary or responses, or its id stands twice", method, path)
			}
			ids[operation.OperationId] = true
			if want := strings.Count(path, "{"); len(operation.Parameters) != want {
				t.Errorf("%s %s has %d parameters", method, path, len(operation.Parameters))
			}
		}
	}
}

func TestEveryRouteIsInTheTable(t *testing.T) {
	a := newAPI(t)
	routes := 0
	for _, r := range a.echo.Routes() {
		if r.Method != echo.RouteNotFound {
			routes++
		}
	}
	described := strings.Count(a.call("GET", "/auth/v1/openapi.json", "", "").text, `"operationId"`)
	if routes != described {
		t.Errorf("%d routes, %d described", routes, described)
	}
}
