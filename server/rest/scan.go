package rest

import (
	"encoding/json"
	"slices"
	"strings"
)

func skipSpace(b []byte, i int) int {
	for i < len(b) && (b[i] == ' ' || b[i] == '\t' || b[i] == '\n' || b[i] == '\r') {
		i++
	}
	return i
}

const maxBodyDepth = 500

// nestedDeeper says whether brackets stand more than limit deep, in what need
// not be JSON: PostgreSQL's parser goes down with them.
func nestedDeeper(b []byte, limit int) bool {
	depth, quoted := 0, false
	for i := 0; i < len(b); i++ {
		switch c := b[i]; {
		case c == '"':
			quoted = !quoted
		case quoted && c == '\\':
			i++
		case quoted:
		case c == '{' || c == '[':
			if depth++; depth > limit {
				return true
			}
		case c == '}' || c == ']':
			depth--
		}
	}
	return false
}

// The scanners below see valid JSON only.

func skipString(b []byte, i int) int {
	for i++; b[i] != '"'; i++ {
		if b[i] == '\\' {
			i++
		}
	}
	return i + 1
}

func skipValue(b []byte, i int) int {
	depth := 0
	for ; i < len(b); i++ {
		switch b[i] {
		case '"':
			i = skipString(b, i) - 1
		case '{', '[':
			depth++
		case '}', ']':
			if depth == 0 {
				return i
			}
			depth--
		case ',':
			if depth == 0 {
				return i
			}
		}
	}
	return i
}

// objectKeys appends the keys of the object at i; it answers where it ends.
func objectKeys(b []byte, i int, keys []string) ([]string, int) {
	i = skipSpace(b, i+1)
	for b[i] != '}' {
		end := skipString(b, i)
		key := string(b[i+1 : end-1])
		if strings.IndexByte(key, '\\') >= 0 {
			if err := json.Unmarshal(b[i:end], &key); err != nil {
				key = string(b[i+1 : end-1])
			}
		}
		keys = append(keys, key)
		i = skipValue(b, skipSpace(b, skipSpace(b, end)+1))
		if b[i] == ',' {
			i = skipSpace(b, i+1)
		}
	}
	return keys, i + 1
}

// uniformKeys are the keys that all objects of the array at i have.
func uniformKeys(b []byte, i int) ([]string, error) {
	i = skipSpace(b, i+1)
	if b[i] == ']' {
		return nil, nil
	}
	if b[i] != '{' {
		return nil, errKeys
	}
	order, i := objectKeys(b, i, nil)
	first := sortedSet(order)
	var keys []string
	for {
		i = skipSpace(b, i)
		if b[i] == ']' {
			return first, nil
		}
		if i = skipSpace(b, i+1); b[i] != '{' {
			return nil, errKeys
		}
		keys, i = objectKeys(b, i, keys[:0])
		if !slices.Equal(keys, order) && !slices.Equal(sortedSet(keys), first) {
			return nil, errKeys
		}
	}
}
