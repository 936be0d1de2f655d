package db

import (
	"context"
	"crypto/hmac"
	"crypto/pbkdf2"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"fmt"

	"github.com/jackc/pgx/v5"
)

// setPassword gives a role its password as a SCRAM verifier (RFC 5802), so
// that the password itself reaches neither the server nor its log.
func setPassword(ctx context.Context, conn *pgx.Conn, role, password string) error {
	verifier, err := scramVerifier(password)
	if err != nil {
		return fmt.Errorf("password of %s: %w", role, err)
	}
	// alter role takes no parameters; the verifier holds no quote.
	sql := "alter role " + pgx.Identifier{role}.Sanitize() + " with login password '" + verifier + "'"
	if _, err := conn.Exec(ctx, sql); err != nil {
		return fmt.Errorf("set the password of %s: %w", role, err)
	}
	return nil
}

func scramVerifier(password string) (string, error) {
	const rounds = 4096
	salt := make([]byte, 16)
	rand.Read(salt)
	salted, err := pbkdf2.Key(sha256.New, password, salt, rounds, sha256.Size)
	if err != nil {
		return "", err
	}
	mac := func(message string) []byte {
		h := hmac.New(sha256.New, salted)
		h.Write([]byte(message))
		return h.Sum(nil)
	}
	stored := sha256.Sum256(mac("Client Key"))
	b64 := base64.StdEncoding.EncodeToString
	return fmt.Sprintf("SCRAM-SHA-256$%d:%s$%s:%s", rounds, b64(salt), b64(stored[:]), b64(mac("Server Key"))), nil
}

// SetPassword gives a role that logs in its password, as the owner.
func SetPassword(ctx context.Context, ownerURL, role, password string) error {
	const loginSQL = `select coalesce((select r.rolcanlogin from pg_catalog.pg_roles r where r.rolname = $1), false)`
	conn, err := connectOwner(ctx, ownerURL)
	if err != nil {
		return err
	}
	defer conn.Close(context.WithoutCancel(ctx))
	var login bool
	if err := conn.QueryRow(ctx, loginSQL, role).Scan(&login); err != nil {
		return err
	}
	if !login {
		return fmt.Errorf("there is no role %s that logs in", role)
	}
	return setPassword(ctx, conn, role, password)
}
