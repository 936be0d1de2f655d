package orgs

import (
	"crypto/rand"
	"encoding/base64"
)

// newToken is the secret of an invite's link.
func newToken() string {
	b := make([]byte, 32)
	rand.Read(b)
	return base64.RawURLEncoding.EncodeToString(b)
}

func (s *Service) tokenHash(token string) []byte { return s.Ring.MAC("org invite", []byte(token)) }
