package token

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"slices"

	"github.com/google/uuid"
)

// A refresh token is derived, not stored: version ‖ session ‖ counter ‖ MAC.
// The database holds the counter alone, so what is stolen there is no token,
// and a lost answer can be given again.
const (
	refreshVersion = 2
	refreshMAC     = 16
)

// ErrRefreshMalformed and ErrRefreshUnknown are a text that is no refresh
// token, and one that this server did not make.
var (
	ErrRefreshMalformed = errors.New("malformed refresh token")
	ErrRefreshUnknown   = errors.New("unknown refresh token")
)

// MintRefresh is the refresh token of a session at a counter.
func (r *Ring) MintRefresh(session uuid.UUID, counter int64) string {
	body := append([]byte{refreshVersion}, session[:]...)
	body = binary.AppendUvarint(body, uint64(counter)) //nolint:gosec // counters begin at 0 and rise
	return b64(append(body, refreshSum(r.held.Load().of(Refresh)[0], body)...))
}

// ParseRefresh checks a refresh token and answers its session and counter.
func (r *Ring) ParseRefresh(text string) (session uuid.UUID, counter int64, err error) {
	const shortest, longest = 1 + 16 + 1 + refreshMAC, 1 + 16 + binary.MaxVarintLen64 + refreshMAC
	raw, err := base64.RawURLEncoding.Strict().DecodeString(text)
	if err != nil || len(raw) < shortest || len(raw) > longest || raw[0] != refreshVersion {
		return session, 0, ErrRefreshMalformed
	}
	body, mac := raw[:len(raw)-refreshMAC], raw[len(raw)-refreshMAC:]
	made := func(secret []byte) bool { return hmac.Equal(mac, refreshSum(secret, body)) }
	if !slices.ContainsFunc(r.held.Load().of(Refresh), made) {
		return session, 0, ErrRefreshUnknown
	}
	copy(session[:], body[1:17])
	n, size := binary.Uvarint(body[17:])
	if size != len(body)-17 || n > 1<<62 {
		return session, 0, ErrRefreshMalformed
	}
	return session, int64(n), nil
}

func refreshSum(secret, body []byte) []byte {
	h := hmac.New(sha256.New, secret)
	h.Write(body)
	return h.Sum(nil)[:refreshMAC]
}
