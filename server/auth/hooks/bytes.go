package hooks

import (
	"encoding/hex"
	"encoding/json"
	"fmt"
	"strings"
)

// Bytes is a bytea, also within PostgreSQL's JSON, where it is \x and hex.
type Bytes []byte

// MarshalJSON is as to_jsonb has it; null for none.
func (b Bytes) MarshalJSON() ([]byte, error) {
	if b == nil {
		return []byte("null"), nil
	}
	return json.Marshal(`\x` + hex.EncodeToString(b))
}

// UnmarshalJSON reads what to_jsonb wrote.
func (b *Bytes) UnmarshalJSON(text []byte) error {
	var written *string
	if err := json.Unmarshal(text, &written); err != nil || written == nil {
		*b = nil
		return err
	}
	digits, ok := strings.CutPrefix(*written, `\x`)
	if !ok {
		return fmt.Errorf("%q is no bytea", *written)
	}
	raw, err := hex.DecodeString(digits)
	*b = raw
	return err
}
