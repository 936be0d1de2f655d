package rest

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"
)

// lookup finds the value at a JSON pointer in the answers so far.
type lookup func(before []batchItem, pointer string) (any, error)

func badReference(pointer, why string) error {
	return refusal(http.StatusBadRequest, "PGRST102", "The reference "+strconv.Quote(pointer)+" "+why, "",
		"A reference is a JSON pointer into the answers before it, as /0/body/0/id.")
}

// split takes a pointer into the item that it points into and the steps from there.
func splitPointer(before []batchItem, pointer string) (int, []string, error) {
	steps := strings.Split(pointer, "/")
	if len(steps) < 2 || steps[0] != "" {
		return 0, nil, badReference(pointer, "is no JSON pointer")
	}
	n, err := strconv.Atoi(steps[1])
	if err != nil || n < 0 || n >= len(before) || strconv.Itoa(n) != steps[1] {
		return 0, nil, badReference(pointer, "points to no request before it")
	}
	return n, steps[2:], nil
}

// placeholder stands in for every value while there are no answers.
func placeholder(before []batchItem, pointer string) (any, error) {
	_, _, err := splitPointer(before, pointer)
	return json.Number("1"), err
}

// answered is the value itself.
func answered(before []batchItem, pointer string) (any, error) {
	n, steps, err := splitPointer(before, pointer)
	if err != nil {
		return nil, err
	}
	it := &before[n]
	if it.value == nil {
		d := json.NewDecoder(bytes.NewReader(it.answer))
		d.UseNumber()
		if err := d.Decode(&it.value); err != nil {
			return nil, fmt.Errorf("read an answer of the batch: %w", err)
		}
	}
	v := it.value
	for _, step := range steps {
		step = strings.ReplaceAll(strings.ReplaceAll(step, "~1", "/"), "~0", "~")
		found := false
		switch in := v.(type) {
		case map[string]any:
			v, found = in[step]
		case []any:
			if i, err := strconv.Atoi(step); err == nil && i >= 0 && i < len(in) && strconv.Itoa(i) == step {
				v, found = in[i], true
			}
		}
		if !found {
			return nil, badReference(pointer, "points to nothing")
		}
	}
	return v, nil
}

// replacePath puts values in place of ${pointer}, escaped for a URL.
func replacePath(path string, at func(string) (any, error)) (string, error) {
	var b strings.Builder
	for {
		before, rest, found := strings.Cut(path, "${/")
		b.WriteString(before)
		if !found {
			return b.String(), nil
		}
		pointer, after, closed := strings.Cut(rest, "}")
		if !closed {
			return "", badReference("/"+pointer, "has no end")
		}
		v, err := at("/" + pointer)
		if err != nil {
			return "", err
		}
		text, ok := v.(string)
		if !ok {
			raw, err := json.Marshal(v)
			if err != nil {
				return "", fmt.Errorf("write a referred value: %w", err)
			}
			text = string(raw)
		}
		b.WriteString(url.QueryEscape(text))
		path = after
	}
}

// replaceBody puts values in place of {"$ref": pointer}.
func replaceBody(body []byte, at func(string) (any, error)) ([]byte, error) {
	d := json.NewDecoder(bytes.NewReader(body))
	d.UseNumber()
	var doc any
	if err := d.Decode(&doc); err != nil {
		return nil, invalidBody("Empty or invalid json")
	}
	doc, err := replaceIn(doc, at)
	if err != nil {
		return nil, err
	}
	out, err := json.Marshal(doc)
	if err != nil {
		return nil, fmt.Errorf("write a body with its references: %w", err)
	}
	return out, nil
}

func replaceIn(doc any, at func(string) (any, error)) (any, error) {
	var err error
	switch in := doc.(type) {
	case map[string]any:
		if pointer, ok := in["$ref"].(string); ok && len(in) == 1 {
			return at(pointer)
		}
		for k, v := range in {
			if in[k], err = replaceIn(v, at); err != nil {
				return nil, err
			}
		}
	case []any:
		for i, v := range in {
			if in[i], err = replaceIn(v, at); err != nil {
				return nil, err
			}
		}
	}
	return doc, nil
}
