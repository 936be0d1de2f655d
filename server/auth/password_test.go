package auth

import (
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"golang.org/x/crypto/argon2"
	"golang.org/x/crypto/bcrypt"
	"golang.org/x/crypto/scrypt"
)

// firebaseHash is the vector that Firebase's own documentation of its scrypt gives.
const firebaseHash = "$fbscrypt$v=1,n=14,r=8,p=1,ss=Bw==,sk=jxspr8Ki0RYycVU8zykbdLGjFQ3McFUH0uiiTvC8pVMXAn210wjLNmdZJzxUECKbm0QsEmYUSDzZvpjeJ9WmXA==" +
	"$42xEC+ixf3L2lw==$lSrfV15cpx95/sZS2W9c9Kp6i/LVgQNDNC/qzrCnh1SAyZvqmZqAjTdn3aoItz+VHjoZilo78198JAdRuid5lQ=="

// imported are hashes of other systems, by what made them, and their passwords.
func imported(t *testing.T) map[string][2]string {
	t.Helper()
	const password = "correct horse"
	crypted, err := bcrypt.GenerateFromPassword([]byte(password), bcrypt.MinCost)
	if err != nil {
		t.Fatal(err)
	}
	salt := sha256.Sum256([]byte("salt"))
	key, err := scrypt.Key([]byte(password), salt[:16], 1<<14, 8, 1, 32)
	if err != nil {
		t.Fatal(err)
	}
	b64 := base64.RawStdEncoding.EncodeToString
	return map[string][2]string{
		"bcrypt":   {string(crypted), password},
		"bcrypt y": {"$2y$" + string(crypted[4:]), password},
		"scrypt":   {"scrypt$16384$8$1$" + base64.StdEncoding.EncodeToString(salt[:16]) + "$" + base64.StdEncoding.EncodeToString(key), password},
		"firebase": {firebaseHash, "user1password"},
		"argon2i":  {"$argon2i$v=19$m=7168,t=1,p=1$" + b64(salt[:16]) + "$" + b64(argon2.Key([]byte(password), salt[:16], 1, 7168, 1, 32)), password},
		"argon2id of other costs": {
			"$argon2id$v=19$m=8192,t=2,p=1$" + b64(salt[:16]) + "$" + b64(argon2.IDKey([]byte(password), salt[:16], 2, 8192, 1, 32)), password,
		},
	}
}

func TestImportedPasswordsAreUpgraded(t *testing.T) {
	a := newAPI(t)
	for name, one := range imported(t) {
		email := strings.ReplaceAll(name, " ", "-") + "@example.test"
		made := a.call("POST", "/auth/v1/admin/users", a.key("service_role"), fmt.Sprintf(`{"email":%q,"password_hash":%q,"email_confirm":true}`, email, one[0]))
		if made.status != http.StatusOK {
			t.Errorf("%s: %d %s", name, made.status, made.text)
			continue
		}
		signIn := func(password string) answer {
			return a.call("POST", "/auth/v1/token", "", fmt.Sprintf(`{"email":%q,"password":%q}`, email, password))
		}
		if got := signIn(one[1] + "x"); got.status != http.StatusBadRequest || got.body.Code != "invalid_credentials" {
			t.Errorf("%s, wrong: %d %s", name, got.status, got.text)
		}
		if hash := a.one(`select encrypted_password from auth.users where email = $1`, email); hash != one[0] {
			t.Errorf("%s: a wrong password upgrades: %s", name, hash)
		}
		for range 2 {
			if got := signIn(one[1]); got.status != http.StatusOK {
				t.Errorf("%s: %d %s", name, got.status, got.text)
			}
			if hash := a.one(`select encrypted_password from auth.users where email = $1`, email); !strings.HasPrefix(hash, "$argon2id$v=19$m=7168,t=1,p=1$") {
				t.Errorf("%s stays %s", name, hash)
			}
		}
	}
}

// bcrypt does not see what comes after 72 bytes: nobody signs in with a password
// of which the rest is anything.
func TestBcryptTakesNoMoreThanItSees(t *testing.T) {
	a := newAPI(t)
	long := strings.Repeat("long enough ", 6)
	crypted, err := bcrypt.GenerateFromPassword([]byte(long), bcrypt.MinCost)
	if err != nil {
		t.Fatal(err)
	}
	a.call("POST", "/auth/v1/admin/users", a.key("service_role"), fmt.Sprintf(`{"email":"ada@example.test","password_hash":%q,"email_confirm":true}`, crypted))
	for password, want := range map[string]int{long + "and more": http.StatusBadRequest, long: http.StatusOK} {
		if got := a.call("POST", "/auth/v1/token", "", fmt.Sprintf(`{"email":"ada@example.test","password":%q}`, password)); got.status != want {
			t.Errorf("%d bytes: %d %s", len(password), got.status, got.text)
		}
	}
}

func TestHashesThatAskForTooMuch(t *testing.T) {
	t.Parallel()
	salt, key := "c2FsdHNhbHQ", "a2V5a2V5a2V5a2V5a2V5a2V5a2V5a2V5"
	for _, stored := range []string{
		"", "plain", "scrypt$", "scrypt$1048576$64$1$" + salt + "$" + key, "scrypt$16384$8$1000$" + salt + "$" + key, "scrypt$-2$8$1$" + salt + "$" + key,
		"scrypt$16384$0$1$" + salt + "$" + key, "scrypt$16384$8$1$" + salt + "$", "scrypt$16384$8$1$$" + key, "scrypt$x$8$1$" + salt + "$" + key,
		strings.Replace(firebaseHash, "n=14", "n=40", 1), strings.Replace(firebaseHash, "v=1", "v=2", 1), strings.Replace(firebaseHash, ",sk=", ",xk=", 1),
		"$argon2id$v=19$m=4194304,t=1,p=1$" + salt + "$" + key, "$argon2id$v=19$m=7168,t=1000,p=1$" + salt + "$" + key,
		"$argon2id$v=16$m=7168,t=1,p=1$" + salt + "$" + key, "$argon2d$v=19$m=7168,t=1,p=1$" + salt + "$" + key,
	} {
		if _, ok := compareArgon("x", stored); ok || compareScrypt("x", stored) {
			t.Errorf("%q lets somebody in", stored)
		}
		if _, sound := parseScrypt(stored); sound {
			t.Errorf("%q would be computed", stored)
		}
	}
}
