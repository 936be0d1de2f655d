package token

import (
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/uuid"
)

// Each purpose, by something that its secret makes and checks.
func made(t *testing.T, r *Ring) map[Purpose]func(*Ring) bool {
	t.Helper()
	session := uuid.New()
	refresh := r.MintRefresh(session, 7)
	sealed, err := r.Seal("mail", []byte("code"))
	if err != nil {
		t.Fatal(err)
	}
	out := map[Purpose]func(*Ring) bool{
		Refresh: func(r *Ring) bool {
			got, n, err := r.ParseRefresh(refresh)
			return err == nil && got == session && n == 7
		},
		Seal: func(r *Ring) bool {
			plain, err := r.Unseal("mail", sealed)
			return err == nil && string(plain) == "code"
		},
	}
	for use, purpose := range rotating {
		sum := r.MAC(use, []byte("data"))
		out[purpose] = func(r *Ring) bool {
			for _, one := range r.MACs(use, []byte("data")) {
				if bytes.Equal(one, sum) {
					return true
				}
			}
			return false
		}
	}
	return out
}

func TestSecretsRotateWithoutLoss(t *testing.T) {
	t.Parallel()
	for _, purpose := range Purposes() {
		t.Run(string(purpose), func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			r := open(t, dir, settings())
			code := r.MAC("auth code", []byte("123456"))
			old := made(t, r)
			step := func(err error) {
				t.Helper()
				if err = errors.Join(err, r.Reload()); err != nil {
					t.Fatal(err)
				}
			}
			_, err := RotateSecret(dir, purpose)
			step(err)
			behind := open(t, dir, settings()) // a server that is told of the next step later
			step(ActivateSecret(dir, purpose))
			fresh := made(t, r)
			for p, holds := range old {
				if !holds(r) {
					t.Errorf("what %s made before %s was activated is refused", p, purpose)
				}
			}
			if !fresh[purpose](behind) {
				t.Error("a server that has not seen it activated refuses what it makes")
			}
			if _, err := PruneSecrets(dir, purpose, false); !errors.Is(err, ErrInGrace) {
				t.Errorf("pruned within its grace: %v", err)
			}
			_, err = PruneSecrets(dir, purpose, true)
			step(err)
			for p, holds := range old {
				if holds(r) != (p != purpose) {
					t.Errorf("after %s is pruned, what %s made holds: %v", purpose, p, holds(r))
				}
			}
			if !fresh[purpose](r) || !bytes.Equal(code, r.MAC("auth code", []byte("123456"))) {
				t.Error("what must stay is gone")
			}
		})
	}
}

func TestASecretGoesWhenItsGraceIsOver(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	open(t, dir, settings())
	if _, err := RotateSecret(dir, Cookie); err != nil {
		t.Fatal(err)
	}
	if _, err := RotateSecret(dir, Cookie); err == nil {
		t.Error("two stand by")
	}
	if err := ActivateSecret(dir, Cookie); err != nil {
		t.Fatal(err)
	}
	if err := ActivateSecret(dir, Cookie); err == nil {
		t.Error("activated where none stands by")
	}
	set, err := loadKeyset(dir)
	if err != nil {
		t.Fatal(err)
	}
	long := time.Now().Add(-graces[Cookie] - time.Minute)
	set.Secrets[0].RetiredAt = &long
	if err := set.save(dir); err != nil {
		t.Fatal(err)
	}
	if gone, err := PruneSecrets(dir, Cookie, false); err != nil || len(gone) != 1 || gone[0] != original {
		t.Errorf("pruned %v, %v", gone, err)
	}
	if _, err := PruneSecrets(dir, Cookie, true); err == nil {
		t.Error("pruned where none is retired")
	}
	if _, err := RotateSecret(dir, "nothing"); err == nil {
		t.Error("rotated what is no purpose")
	}
}

func TestAChangedKeysetIsTakenOver(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	r := open(t, dir, settings())
	ctx, stop := context.WithCancel(t.Context())
	done := make(chan struct{})
	go func() { defer close(done); r.Run(ctx) }()
	defer func() { stop(); <-done }()
	before := sign(t, r, map[string]any{"role": "anon"})
	if _, err := r.Verify(before); err != nil {
		t.Fatal(err)
	}
	kid, err := Rotate(dir, "ES256")
	if err = errors.Join(err, Activate(dir, kid)); err != nil {
		t.Fatal(err)
	}
	if _, err := Prune(dir); err != nil {
		t.Fatal(err)
	}
	// A look may fall between the new key and the end of the old one.
	for deadline := time.Now().Add(20 * time.Second); ; time.Sleep(10 * time.Millisecond) {
		_, err := r.Verify(before)
		if reason(err) == BadKey && r.held.Load().active.KID == kid {
			break
		}
		if time.Now().After(deadline) {
			t.Fatalf("it is not taken over: %v", err)
		}
	}
	if err := os.WriteFile(filepath.Join(dir, keysetFile), []byte("{}"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := r.Reload(); err == nil || r.held.Load().active.KID != kid {
		t.Errorf("a damaged keyset: %v", err)
	}
}
