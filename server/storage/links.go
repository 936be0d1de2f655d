package storage

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"net/http"
	"strings"
	"time"

	"howdah/server/problem"
	"howdah/server/token"
)

// links signs URLs: HS256 JWTs under keys of their own, which verify nothing
// else and are verified by nothing else.
type links struct {
	keys func() []linkKey // the first signs, all verify
	now  func() time.Time
}

type linkKey struct {
	id     string
	secret []byte
}

// claims of a link. The scope keeps a link to read from becoming one to write.
type claims struct {
	URL       string     `json:"url"`
	Scope     string     `json:"scope"`
	Owner     string     `json:"owner,omitempty"`
	Upsert    bool       `json:"upsert,omitempty"`
	Replaces  string     `json:"replaces,omitempty"` // with Upsert: an object's id, or * for any
	Transform *transform `json:"transformations,omitempty"`
	IssuedAt  int64      `json:"iat"`
	ExpiresAt int64      `json:"exp"`
}

const (
	scopeDownload = "download"
	scopeUpload   = "upload"
)

// newLinks takes configured secrets, newest first: a key is replaced by
// putting another before it, and dropped when its links have expired. Without
// any, the keyset's own secrets make them.
func newLinks(ring *token.Ring, configured string) *links {
	own := func() []linkKey { return newLinkKeys(ring.MACs("storage links", []byte("1"))) }
	if configured != "" {
		keys := newLinkKeys(bytes.Split([]byte(configured), []byte(",")))
		own = func() []linkKey { return keys }
	}
	return &links{keys: own, now: time.Now}
}

func newLinkKeys(secrets [][]byte) []linkKey {
	keys := make([]linkKey, len(secrets))
	for i, secret := range secrets {
		keys[i] = newLinkKey(secret)
	}
	return keys
}

func newLinkKey(secret []byte) linkKey {
	id := sha256.Sum256(append([]byte("storage link key "), secret...))
	return linkKey{hex.EncodeToString(id[:6]), secret}
}

func (k linkKey) sign(text string) string {
	mac := hmac.New(sha256.New, k.secret)
	mac.Write([]byte(text))
	return base64.RawURLEncoding.EncodeToString(mac.Sum(nil))
}

func (l *links) sign(c claims, life time.Duration) string {
	now := l.now()
	c.IssuedAt, c.ExpiresAt = now.Unix(), now.Add(life).Unix()
	payload, _ := json.Marshal(c) //nolint:errchkjson // text, numbers and flags always encode
	key := l.keys()[0]
	head := base64.RawURLEncoding.EncodeToString([]byte(`{"alg":"HS256","kid":"` + key.id + `","typ":"JWT"}`))
	text := head + "." + base64.RawURLEncoding.EncodeToString(payload)
	return text + "." + key.sign(text)
}

func badLink(why string) *problem.Problem { return refuse(http.StatusBadRequest, "InvalidJWT", why) }

const maxLink = 8 << 10

// verify answers the claims of a link for just this path and scope.
func (l *links) verify(link, url, scope string) (*claims, error) {
	parts := strings.Split(link, ".")
	if len(parts) != 3 || len(link) > maxLink {
		return nil, badLink("Invalid Compact JWS")
	}
	// The key alone decides the algorithm: the header is not even read.
	genuine := false
	for _, key := range l.keys() {
		genuine = genuine || hmac.Equal([]byte(key.sign(parts[0]+"."+parts[1])), []byte(parts[2]))
	}
	if !genuine {
		return nil, badLink("signature verification failed")
	}
	payload, err := base64.RawURLEncoding.DecodeString(parts[1])
	if err != nil {
		return nil, badLink("Invalid Compact JWS")
	}
	var c claims
	if err := json.Unmarshal(payload, &c); err != nil {
		return nil, badLink("Invalid Compact JWS")
	}
	switch {
	case c.ExpiresAt <= l.now().Unix():
		return nil, badLink(`"exp" claim timestamp check failed`)
	case c.URL != url || c.Scope != scope:
		return nil, refuse(http.StatusBadRequest, "InvalidSignature", "The signature is for another path or use")
	}
	return &c, nil
}
