package auth

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/subtle"
	"encoding/base64"
	"fmt"
	"strconv"
	"strings"

	"golang.org/x/crypto/scrypt"
)

// mostScrypt bounds the memory of a stored scrypt hash, in bytes.
const mostScrypt = 256 << 20

// scryptHash is a password that another system hashed: scrypt's own key, or, as
// Firebase has it, a secret of the project enciphered with that key.
type scryptHash struct {
	n, r, p    int
	salt, want []byte
	signer     []byte // Firebase's; nil for none
}

func isScrypt(stored string) bool {
	return strings.HasPrefix(stored, "scrypt$") || strings.HasPrefix(stored, "$fbscrypt$")
}

// parseScrypt reads scrypt$N$r$p$salt$key and
// $fbscrypt$v=1,n=14,r=8,p=1,ss=…,sk=…$salt$hash, where N is 2^n.
func parseScrypt(stored string) (h scryptHash, ok bool) {
	parts := strings.Split(stored, "$")
	if strings.HasPrefix(stored, "$fbscrypt$") {
		return parseFirebase(parts)
	}
	if len(parts) != 6 {
		return h, false
	}
	for i, to := range []*int{&h.n, &h.r, &h.p} {
		n, err := strconv.Atoi(parts[1+i])
		if err != nil {
			return h, false
		}
		*to = n
	}
	h.salt, h.want = base64Of(parts[4]), base64Of(parts[5])
	return h, h.sound()
}

func parseFirebase(parts []string) (h scryptHash, ok bool) {
	if len(parts) != 5 {
		return h, false
	}
	h.salt, h.want = base64Of(parts[3]), base64Of(parts[4])
	var version, exponent int
	for _, setting := range strings.Split(parts[2], ",") {
		name, value, _ := strings.Cut(setting, "=")
		switch name {
		case "ss":
			h.salt = append(h.salt, base64Of(value)...)
			continue
		case "sk":
			h.signer = base64Of(value)
			continue
		}
		to := map[string]*int{"v": &version, "n": &exponent, "r": &h.r, "p": &h.p}[name]
		if to == nil {
			return h, false
		}
		if _, err := fmt.Sscanf(value, "%d", to); err != nil {
			return h, false
		}
	}
	if exponent < 1 || exponent > 24 {
		return h, false
	}
	h.n = 1 << exponent
	return h, version == 1 && len(h.signer) > 0 && len(h.signer) == len(h.want) && h.sound()
}

// sound says whether a hash asks for no more than this machine should give.
func (h scryptHash) sound() bool {
	return h.n > 1 && h.r > 0 && h.p > 0 && h.p <= 16 && h.n <= mostScrypt/128/h.r && len(h.salt) > 0 && len(h.want) >= 16 && len(h.want) <= 128
}

// base64Of decodes either alphabet, padded or not; nil for what is neither.
func base64Of(text string) []byte {
	text = strings.NewReplacer("-", "+", "_", "/").Replace(strings.TrimRight(text, "="))
	raw, err := base64.RawStdEncoding.DecodeString(text)
	if err != nil {
		return nil
	}
	return raw
}

func compareScrypt(password, stored string) bool {
	h, ok := parseScrypt(stored)
	if !ok {
		return false
	}
	length := len(h.want)
	if h.signer != nil {
		length = 32
	}
	got, err := scrypt.Key([]byte(password), h.salt, h.n, h.r, h.p, length)
	if err != nil {
		return false
	}
	if h.signer != nil {
		block, err := aes.NewCipher(got)
		if err != nil {
			return false
		}
		got = make([]byte, len(h.signer))
		cipher.NewCTR(block, make([]byte, aes.BlockSize)).XORKeyStream(got, h.signer) //nolint:gosec // Firebase's; the key is new for each password
	}
	return subtle.ConstantTimeCompare(got, h.want) == 1
}
