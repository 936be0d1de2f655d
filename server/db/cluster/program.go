package cluster

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
)

// Program finds a client program of PostgreSQL's, pg_dump for one: of the
// newest installation here, else the one on the PATH.
func Program(ctx context.Context, name string) (string, error) {
	if t, ok := newest(ctx, machineFolders(ctx), func(t tools) bool { return isFile(filepath.Join(t.bin, name)) }); ok {
		return filepath.Join(t.bin, name), nil
	}
	if path, err := exec.LookPath(name); err == nil {
		return path, nil
	}
	return "", fmt.Errorf("there is no %s here: install PostgreSQL's client programs (apt-get install postgresql-client)", name)
}

func isFile(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.Mode().IsRegular()
}
