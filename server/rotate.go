package server

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"howdah/server/config"
	"howdah/server/db"
)

// RotatePassword gives a role a new password. authenticator's is kept in the
// file that running servers read it from; any other is for the caller to keep.
// Between the two writes a server that connects is refused, and tries again.
func RotatePassword(ctx context.Context, c *config.Config, ownerURL, role string) (password string, kept bool, err error) {
	password = rand.Text()
	path := c.DB.PasswordFile
	if role != "authenticator" || path == "" {
		return password, false, db.SetPassword(ctx, ownerURL, role, password)
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return "", false, err
	}
	tmp := path + ".new"
	if err := os.WriteFile(tmp, []byte(password+"\n"), 0o600); err != nil {
		return "", false, fmt.Errorf("keep the password: %w", err)
	}
	if err := db.SetPassword(ctx, ownerURL, role, password); err != nil {
		return "", false, errors.Join(err, os.Remove(tmp))
	}
	return password, true, os.Rename(tmp, path)
}
