package config

import (
	"fmt"
	"reflect"
	"strings"
)

// Setting is one row of `howdah config` and of the README's table.
type Setting struct {
	Name    string // the variable
	Default string
	Doc     string
	Kind    string // string, number, true or false, duration, list
	Value   string // as configured; *** for a secret
	field   string
}

// Settings lists every setting in the order of the structs, without values.
func Settings() []Setting { return new(Config).List() }

// List is every setting with its value.
func (c *Config) List() []Setting { return list(reflect.ValueOf(c).Elem()) }

func list(v reflect.Value) []Setting {
	var out []Setting
	for i := range v.NumField() {
		field := v.Type().Field(i)
		if !field.IsExported() {
			continue
		}
		name, isSetting := field.Tag.Lookup("env")
		switch {
		case !isSetting && field.Type.Kind() == reflect.Struct:
			out = append(out, list(v.Field(i))...)
		case isSetting:
			out = append(out, Setting{
				Name: strings.Split(name, ",")[0], Default: field.Tag.Get("envDefault"), Doc: field.Tag.Get("doc"),
				Kind: kind(field.Type), Value: show(v.Field(i)), field: field.Name,
			})
		}
	}
	return out
}

func kind(t reflect.Type) string {
	switch {
	case t.String() == "time.Duration":
		return "duration like 30s"
	case t.Kind() == reflect.Bool:
		return "true or false"
	case t.Kind() == reflect.Slice:
		return "comma-separated list"
	case t.Kind() == reflect.String:
		return "string"
	default:
		return "number"
	}
}

func show(v reflect.Value) string {
	switch value := v.Interface().(type) {
	case []string:
		return strings.Join(value, ",")
	case interface{ String() string }:
		return value.String()
	default:
		return fmt.Sprint(value)
	}
}
