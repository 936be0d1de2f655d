package outbound

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	"howdah/server/token"
)

// What the ring seals and derives here, each under a key of its own.
const (
	secretPurpose  = "net.secret"     // values that headers name
	webhookPurpose = "webhook.secret" // secrets that subscribers brought, and that are derived
)

const secretPrefix = "whsec_"

// secretOf is the secret of a subscription: what was brought along, or what the
// keyset makes of its id and number. None is stored.
func secretOf(r *token.Ring, subscription string, version int, sealed []byte) (string, error) {
	if sealed != nil {
		plain, err := r.Unseal(webhookPurpose, sealed)
		if err != nil {
			return "", fmt.Errorf("the secret of subscription %s: %w", subscription, err)
		}
		return string(plain), nil
	}
	key := r.MAC(webhookPurpose, []byte(subscription+" "+strconv.Itoa(version)))
	return secretPrefix + base64.StdEncoding.EncodeToString(key), nil
}

// keyOf is the key of a secret: whsec_ and base64, or a plain text.
func keyOf(secret string) []byte {
	if text, ok := strings.CutPrefix(secret, secretPrefix); ok {
		if key, err := base64.StdEncoding.DecodeString(text); err == nil {
			return key
		}
	}
	return []byte(secret)
}

// sign adds the signatures of each secret, the new one first, as Standard
// Webhooks has it. X-Signature has room for one: while a secret rotates it is
// the old one's, for a receiver that knows only that, and one that knows both
// accepts either.
func sign(h http.Header, id string, at time.Time, body []byte, secrets ...string) {
	keys := make([][]byte, len(secrets))
	for i, secret := range secrets {
		keys[i] = keyOf(secret)
	}
	token.SignWebhook(h, id, at, body, keys...)
	mac := hmac.New(sha256.New, []byte(secrets[len(secrets)-1]))
	mac.Write(body)
	h.Set("X-Signature", hex.EncodeToString(mac.Sum(nil)))
	h.Set("X-Signature-Alg", "hmac-sha256")
	h.Set("X-Signature-Version", "v1")
}
