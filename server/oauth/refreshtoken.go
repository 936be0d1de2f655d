package oauth

import (
	"crypto/hmac"
	"encoding/base64"
	"encoding/binary"
	"slices"
	"strings"

	"github.com/google/uuid"
)

// A client's refresh token is derived, as the app's own are, but under another
// key and mark: neither is taken where the other belongs.
const (
	refreshMark    = "hr_"
	refreshMAC     = 16
	refreshPurpose = "oauth refresh"
)

func (s *Service) mintRefresh(session uuid.UUID, counter int64) string {
	body := binary.AppendUvarint(session[:], uint64(counter)) //nolint:gosec // counters begin at 0 and rise
	return refreshMark + base64.RawURLEncoding.EncodeToString(append(body, s.refreshMAC(body)...))
}

func (s *Service) parseRefresh(text string) (session uuid.UUID, counter int64, ok bool) {
	raw, err := base64.RawURLEncoding.Strict().DecodeString(strings.TrimPrefix(text, refreshMark))
	if err != nil || !strings.HasPrefix(text, refreshMark) || len(raw) <= len(session)+refreshMAC || len(raw) > len(session)+binary.MaxVarintLen64+refreshMAC {
		return session, 0, false
	}
	body, mac := raw[:len(raw)-refreshMAC], raw[len(raw)-refreshMAC:]
	made := func(sum []byte) bool { return hmac.Equal(mac, sum[:refreshMAC]) }
	if !slices.ContainsFunc(s.Ring.MACs(refreshPurpose, body), made) {
		return session, 0, false
	}
	copy(session[:], body)
	n, size := binary.Uvarint(body[len(session):])
	return session, int64(n), size == len(body)-len(session) && n < 1<<62 //nolint:gosec // checked beside
}

func (s *Service) refreshMAC(body []byte) []byte {
	return s.Ring.MAC(refreshPurpose, body)[:refreshMAC]
}
