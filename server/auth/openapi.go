package auth

import (
	"encoding/json"
	"net/http"
	"reflect"
	"regexp"
	"strings"

	"github.com/labstack/echo/v4"
)

// openAPI is GET /openapi.json: the route table as an OpenAPI 3.1 document, and
// beside it every route that its domain named in this table's way.
func (s *Service) openAPI(c echo.Context) error {
	c.Response().Header().Set(echo.HeaderCacheControl, publicFor)
	return c.JSON(http.StatusOK, document(s.routes(), c.Echo().Routes(), s.Server.ExternalURL, s.Version))
}

// node is a part of a JSON document.
type node = map[string]any

var pathParam = regexp.MustCompile(`:([a-z_]+)`)

// named is the name of a route of mfa, keys, oauth or orgs: whose it is, and what it does.
var named = regexp.MustCompile(`^(public|user|admin|client): (.+)$`)

// document describes routes: each with its aliases, parameters, body and
// answers.
func document(routes []route, registered []*echo.Route, server, version string) node {
	paths := node{}
	add := func(r route, path string, alias bool) {
		path = pathParam.ReplaceAllString(path, "{$1}")
		item, ok := paths[path].(node)
		if !ok {
			item = node{}
			paths[path] = item
		}
		item[strings.ToLower(r.method)] = operation(r, path, alias)
	}
	for _, r := range routes {
		for i, path := range append([]string{prefix + r.path}, r.aliases...) {
			add(r, path, i > 0)
		}
	}
	for _, r := range registered {
		if said := named.FindStringSubmatch(r.Name); said != nil {
			add(route{method: r.Method, path: r.Path, who: who(said[1]), summary: said[2], body: bodyOf(r.Method)}, r.Path, false)
		}
	}
	return node{
		"openapi": "3.1.0",
		"info":    node{"title": "Howdah auth and organizations", "version": version, "description": "GoTrue's wire, and short paths beside it."},
		"servers": []node{{"url": server}},
		"paths":   paths,
		"components": node{
			"securitySchemes": node{
				"user":   node{"type": "http", "scheme": "bearer", "bearerFormat": "JWT", "description": "An access token."},
				"admin":  node{"type": "http", "scheme": "bearer", "bearerFormat": "JWT", "description": "The service key."},
				"client": node{"type": "http", "scheme": "basic", "description": "An app's id and secret; one without a secret names itself in the body."},
			},
			"schemas": node{"Error": node{
				"type": "object", "required": []string{"code", "message"},
				"properties": node{"code": node{"type": "string"}, "message": node{"type": "string"}, "hint": node{"type": "string"}},
			}},
		},
	}
}

func operation(r route, path string, alias bool) node {
	refused := node{
		"description": "A refusal.",
		"content":     node{echo.MIMEApplicationJSON: node{"schema": node{"$ref": "#/components/schemas/Error"}}},
	}
	o := node{
		"operationId": operationID(r.method, path), "summary": r.summary, "tags": []string{string(r.who)},
		"responses": node{"200": node{"description": "Done."}, "4XX": refused, "5XX": refused},
	}
	if alias {
		o["description"] = "The same as " + prefix + pathParam.ReplaceAllString(r.path, "{$1}") + "."
	}
	if r.who != public {
		o["security"] = []node{{string(r.who): []string{}}}
	}
	var parameters []node
	for _, name := range regexp.MustCompile(`\{([a-z_]+)\}`).FindAllStringSubmatch(path, -1) {
		parameters = append(parameters, node{"name": name[1], "in": "path", "required": true, "schema": node{"type": "string"}})
	}
	if parameters != nil {
		o["parameters"] = parameters
	}
	if r.body != nil {
		media := echo.MIMEApplicationJSON
		if r.who == app {
			media = echo.MIMEApplicationForm
		}
		o["requestBody"] = node{"content": node{media: node{"schema": schema(reflect.TypeOf(r.body))}}}
	}
	return o
}

// bodyOf is an object where a method has a body.
func bodyOf(method string) any {
	if method == http.MethodGet || method == http.MethodDelete {
		return nil
	}
	return struct{}{}
}

func operationID(method, path string) string {
	return strings.ToLower(method) + regexp.MustCompile(`[^A-Za-z0-9]+`).ReplaceAllString(path, "_")
}

// schema is what a request's struct says of its JSON.
func schema(t reflect.Type) node {
	switch {
	case t.Kind() == reflect.Pointer:
		return schema(t.Elem())
	case t == reflect.TypeFor[json.RawMessage]():
		return node{"type": "object"}
	case t.Kind() == reflect.Struct:
		properties := node{}
		members(t, properties)
		return node{"type": "object", "properties": properties}
	case t.Kind() == reflect.Bool:
		return node{"type": "boolean"}
	case t.Kind() == reflect.Int:
		return node{"type": "integer"}
	default:
		return node{"type": "string"}
	}
}

func members(t reflect.Type, to node) {
	for i := range t.NumField() {
		field := t.Field(i)
		name, _, _ := strings.Cut(field.Tag.Get("json"), ",")
		switch {
		case field.Anonymous:
			members(field.Type, to)
		case name != "" && name != "-":
			to[name] = schema(field.Type)
		}
	}
}
