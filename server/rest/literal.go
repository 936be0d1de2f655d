package rest

import "strings"

// literals are the values of a request, in the order in which they were found.
type literals struct {
	values [][]byte
	binary int // the number of the one literal that is sent in binary format; 0 for none
}

// add takes a value in and answers its number.
func (l *literals) add(v string) int { return l.addBytes([]byte(v)) }

func (l *literals) addBytes(v []byte) int {
	l.values = append(l.values, v)
	return len(l.values)
}

// arrayLiteral is values as the text of a PostgreSQL array.
func arrayLiteral(values []string) string {
	n := 2
	for _, v := range values {
		n += len(v) + 3
	}
	var b strings.Builder
	b.Grow(n)
	b.WriteByte('{')
	for i, v := range values {
		if i > 0 {
			b.WriteByte(',')
		}
		b.WriteByte('"')
		for j := range len(v) {
			if v[j] == '"' || v[j] == '\\' {
				b.WriteByte('\\')
			}
			b.WriteByte(v[j])
		}
		b.WriteByte('"')
	}
	b.WriteByte('}')
	return b.String()
}
