package token

import (
	"bytes"
	"errors"
	"testing"
)

func TestSealKeepsSecretsApart(t *testing.T) {
	t.Parallel()
	ring, other := open(t, t.TempDir(), settings()), open(t, t.TempDir(), settings())
	secret := []byte(`{"token":"123456"}`)
	sealed, err := ring.Seal("mail", secret)
	if err != nil {
		t.Fatal(err)
	}
	again, err := ring.Seal("mail", secret)
	if err != nil {
		t.Fatal(err)
	}
	if bytes.Contains(sealed, secret) || bytes.Equal(sealed, again) {
		t.Error("a sealed secret can be read or compared")
	}
	if plain, err := ring.Unseal("mail", sealed); err != nil || !bytes.Equal(plain, secret) {
		t.Errorf("Unseal = %q, %v", plain, err)
	}
	altered := bytes.Clone(sealed)
	altered[len(altered)-1] ^= 1
	for name, refused := range map[string]func() ([]byte, error){
		"another purpose": func() ([]byte, error) { return ring.Unseal("sms", sealed) },
		"another keyset":  func() ([]byte, error) { return other.Unseal("mail", sealed) },
		"altered":         func() ([]byte, error) { return ring.Unseal("mail", altered) },
		"cut":             func() ([]byte, error) { return ring.Unseal("mail", sealed[:8]) },
		"nothing":         func() ([]byte, error) { return ring.Unseal("mail", nil) },
	} {
		if plain, err := refused(); !errors.Is(err, ErrUnseal) || plain != nil {
			t.Errorf("%s opens: %q, %v", name, plain, err)
		}
	}
}

func TestMACIsForOnePurpose(t *testing.T) {
	t.Parallel()
	ring := open(t, t.TempDir(), settings())
	if !bytes.Equal(ring.MAC("api key", []byte("x")), ring.MAC("api key", []byte("x"))) {
		t.Error("the same data has two MACs")
	}
	if bytes.Equal(ring.MAC("api key", []byte("x")), ring.MAC("link", []byte("x"))) {
		t.Error("one MAC serves two purposes")
	}
}

func TestPruneEndsRetiredKeys(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	if _, err := Keys(dir); err == nil {
		t.Error("keys are listed where there are none")
	}
	old := sign(t, open(t, dir, settings()), map[string]any{"role": "anon"})
	if _, err := Prune(dir); !errors.Is(err, ErrNothingRetired) {
		t.Errorf("Prune = %v", err)
	}
	kid, err := Rotate(dir, "ES256")
	if err != nil {
		t.Fatal(err)
	}
	if err := Activate(dir, kid); err != nil {
		t.Fatal(err)
	}
	if gone, err := Prune(dir); err != nil || len(gone) != 1 {
		t.Errorf("Prune = %v, %v", gone, err)
	}
	if keys, err := Keys(dir); err != nil || len(keys) != 1 || keys[0].KID != kid || keys[0].State != Active {
		t.Errorf("Keys = %v, %v", keys, err)
	}
	if _, err := open(t, dir, settings()).Verify(old); reason(err) != BadKey {
		t.Errorf("a token of a pruned key: %v", err)
	}
}
