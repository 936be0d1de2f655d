package mfa_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"

	"github.com/fxamacker/cbor/v2"
)

// authenticator is a security key in software: one ES256 key, one counter.
type authenticator struct {
	t       *testing.T
	key     *ecdsa.PrivateKey
	id      []byte
	handle  []byte
	counter uint32
	origin  string
}

func newAuthenticator(t *testing.T) *authenticator {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	id := make([]byte, 32)
	rand.Read(id)
	return &authenticator{t: t, key: key, id: id, origin: site}
}

func b64(b []byte) string { return base64.RawURLEncoding.EncodeToString(b) }

const present, verified, attested = 0x01, 0x04, 0x40

func (a *authenticator) data(flags byte, more []byte) []byte {
	rp := sha256.Sum256([]byte("app.example.test"))
	a.counter++
	out := append(rp[:], flags)
	return append(binary.BigEndian.AppendUint32(out, a.counter), more...)
}

func (a *authenticator) client(kind, challenge string) []byte {
	return fmt.Appendf(nil, `{"type":%q,"challenge":%q,"origin":%q,"crossOrigin":false}`, kind, challenge, a.origin)
}

// create answers creation options, with no attestation, as most passkeys do.
func (a *authenticator) create(options json.RawMessage) string {
	a.t.Helper()
	var o struct {
		Challenge string
		User      struct{ ID string }
		RP        struct{ ID string }
	}
	if err := json.Unmarshal(options, &o); err != nil || o.RP.ID != "app.example.test" {
		a.t.Fatalf("options %s: %v", options, err)
	}
	var err error
	if a.handle, err = base64.RawURLEncoding.DecodeString(o.User.ID); err != nil {
		a.t.Fatal(err)
	}
	point, err := a.key.PublicKey.ECDH()
	if err != nil {
		a.t.Fatal(err)
	}
	raw := point.Bytes()
	public, err := cbor.Marshal(map[int]any{1: 2, 3: -7, -1: 1, -2: raw[1:33], -3: raw[33:]})
	if err != nil {
		a.t.Fatal(err)
	}
	more := append(make([]byte, 16), 0, byte(len(a.id)))
	object, err := cbor.Marshal(map[string]any{
		"fmt": "none", "attStmt": map[string]any{},
		"authData": a.data(present|verified|attested, append(append(more, a.id...), public...)),
	})
	if err != nil {
		a.t.Fatal(err)
	}
	return fmt.Sprintf(`{"id":%[1]q,"rawId":%[1]q,"type":"public-key","response":{"clientDataJSON":%[2]q,"attestationObject":%[3]q}}`,
		b64(a.id), b64(a.client("webauthn.create", o.Challenge)), b64(object))
}

// get answers request options with a signature.
func (a *authenticator) get(options json.RawMessage) string {
	a.t.Helper()
	var o struct{ Challenge string }
	if err := json.Unmarshal(options, &o); err != nil {
		a.t.Fatal(err)
	}
	data, client := a.data(present|verified, nil), a.client("webauthn.get", o.Challenge)
	hash := sha256.Sum256(client)
	sum := sha256.Sum256(append(append([]byte{}, data...), hash[:]...))
	signature, err := ecdsa.SignASN1(rand.Reader, a.key, sum[:])
	if err != nil {
		a.t.Fatal(err)
	}
	return fmt.Sprintf(`{"id":%[1]q,"rawId":%[1]q,"type":"public-key","response":{"clientDataJSON":%[2]q,"authenticatorData":%[3]q,"signature":%[4]q,"userHandle":%[5]q}}`,
		b64(a.id), b64(client), b64(data), b64(signature), b64(a.handle))
}

func (a *api) respond(bearer, factor, challenge, response string) answer {
	a.t.Helper()
	return a.call("POST", "/factors/"+factor+"/verify", bearer, fmt.Sprintf(`{"challenge_id":%q,"webauthn":{"type":"create","credential_response":%s}}`, challenge, response))
}

func TestWebAuthnFactor(t *testing.T) {
	a := newAPI(t)
	bearer, key := a.signUp("ada").body.AccessToken, newAuthenticator(t)
	factor := a.call("POST", "/factors", bearer, `{"factor_type":"webauthn","friendly_name":"key"}`).body.ID
	challenge := a.challenge(bearer, factor)
	if challenge.body.WebAuthn.Type != "create" {
		t.Fatalf("challenge: %s", challenge.text)
	}
	lifted := a.respond(bearer, factor, challenge.body.ID, key.create(challenge.body.WebAuthn.Options.PublicKey))
	if c := claims(t, lifted.body.AccessToken); c.AAL != "aal2" || c.AMR[0].Method != "mfa/webauthn" {
		t.Fatalf("register: %d %s", lifted.status, lifted.text)
	}
	low := a.signIn().body.AccessToken
	challenge = a.challenge(low, factor)
	if challenge.body.WebAuthn.Type != "request" {
		t.Fatalf("challenge: %s", challenge.text)
	}
	// A stranger's key, another page, a cloned counter: none of them holds.
	stranger := newAuthenticator(t)
	stranger.id, stranger.handle, stranger.counter = key.id, key.handle, 100
	a.want(a.respond(low, factor, challenge.body.ID, stranger.get(challenge.body.WebAuthn.Options.PublicKey)), 422, "mfa_verification_failed")
	key.origin = "http://evil.example.test"
	a.want(a.respond(low, factor, challenge.body.ID, key.get(challenge.body.WebAuthn.Options.PublicKey)), 422, "mfa_verification_failed")
	key.origin, key.counter = site, 0
	a.want(a.respond(low, factor, challenge.body.ID, key.get(challenge.body.WebAuthn.Options.PublicKey)), 422, "mfa_verification_failed")
	key.counter = 7
	response := key.get(challenge.body.WebAuthn.Options.PublicKey)
	if got := a.respond(low, factor, challenge.body.ID, response); claims(t, got.body.AccessToken).AAL != "aal2" {
		t.Errorf("verify: %d %s", got.status, got.text)
	}
	a.want(a.respond(low, factor, challenge.body.ID, response), 422, "mfa_factor_not_found") // the challenge is used up
}

func (a *api) passkey(bearer string, key *authenticator) answer {
	a.t.Helper()
	o := a.call("POST", "/passkeys/registration/options", bearer, "")
	if o.status != http.StatusOK {
		a.t.Fatalf("options: %d %s", o.status, o.text)
	}
	return a.call("POST", "/passkeys/registration/verify", bearer, fmt.Sprintf(`{"challenge_id":%q,"credential":%s}`, o.body.ChallengeID, key.create(o.body.Options)))
}

func TestPasskeySignsIn(t *testing.T) {
	a := newAPI(t)
	bearer, key := a.signUp("ada").body.AccessToken, newAuthenticator(t)
	made := a.passkey(bearer, key)
	if made.status != http.StatusOK || made.body.ID == "" {
		t.Fatalf("register: %d %s", made.status, made.text)
	}
	a.want(a.passkey(a.signUp("bob").body.AccessToken, key), 422, "webauthn_credential_exists")
	a.passkeyOwner(key)
	o := a.call("POST", "/passkeys/authentication/options", "", "")
	if strings.Contains(string(o.body.Options), "allowCredentials") {
		t.Errorf("options name credentials: %s", o.text)
	}
	response := fmt.Sprintf(`{"challenge_id":%q,"credential":%s}`, o.body.ChallengeID, key.get(o.body.Options))
	var (
		wait sync.WaitGroup
		mu   sync.Mutex
		won  answer
		wins int
	)
	for range 8 { // the challenge is used once
		wait.Go(func() {
			got := a.call("POST", "/passkeys/authentication/verify", "", response)
			mu.Lock()
			defer mu.Unlock()
			if got.status == http.StatusOK {
				won, wins = got, wins+1
			} else if got.body.Code != "webauthn_challenge_not_found" {
				t.Errorf("%d %s", got.status, got.text)
			}
		})
	}
	wait.Wait()
	if wins != 1 {
		t.Fatalf("%d sign-ins of one answer", wins)
	}
	if c := claims(t, won.body.AccessToken); c.AAL != "aal1" || c.AMR[0].Method != "passkey" {
		t.Errorf("claims %+v", c)
	}
	a.want(a.call("POST", "/passkeys/authentication/verify", "", `{"challenge_id":"`+o.body.ChallengeID+`","credential":{}}`), 400, "webauthn_verification_failed")
	unknown := newAuthenticator(t)
	unknown.handle = key.handle
	o = a.call("POST", "/passkeys/authentication/options", "", "")
	a.want(a.call("POST", "/passkeys/authentication/verify", "", fmt.Sprintf(`{"challenge_id":%q,"credential":%s}`, o.body.ChallengeID, unknown.get(o.body.Options))), 400, "webauthn_verification_failed")
	if got := a.call("PATCH", "/passkeys/"+made.body.ID, bearer, `{"friendly_name":"laptop"}`); !strings.Contains(got.text, `"laptop"`) {
		t.Errorf("rename: %d %s", got.status, got.text)
	}
	if got := a.call("GET", "/passkeys", bearer, ""); !strings.Contains(got.text, made.body.ID) || !strings.Contains(got.text, "last_used_at") {
		t.Errorf("list: %d %s", got.status, got.text)
	}
	if got := a.call("DELETE", "/passkeys/"+made.body.ID, bearer, ""); got.status != http.StatusNoContent {
		t.Errorf("delete: %d %s", got.status, got.text)
	}
}

// passkeyOwner gives the key the handle of whoever has its credential: bob's
// attempt to register it left bob's.
func (a *api) passkeyOwner(key *authenticator) {
	a.t.Helper()
	var id string
	if err := a.owner.QueryRow(a.t.Context(), `select user_id::text from auth.webauthn_credentials where credential_id = $1`, key.id).Scan(&id); err != nil {
		a.t.Fatal(err)
	}
	key.handle = []byte(id)
}
