package cluster

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"os/user"
	"strconv"
	"syscall"
)

// account is an unprivileged user of the machine.
type account struct{ uid, gid int }

func (a *account) credential() *syscall.Credential {
	return &syscall.Credential{Uid: uint32(a.uid), Gid: uint32(a.gid)} //nolint:gosec // ids come from the machine's own tables
}

// unprivileged is whom PostgreSQL runs as when Howdah runs as root: postgres
// where that is, or a system user howdah, made if need be, or nobody.
func unprivileged(ctx context.Context) (*account, error) {
	for _, name := range []string{"postgres", "howdah"} {
		if a, err := lookup(name); err == nil {
			return a, nil
		}
	}
	commands := [][]string{
		{"useradd", "--system", "--user-group", "--no-create-home", "--home-dir", "/nonexistent", "--shell", "/usr/sbin/nologin", "howdah"},
		{"adduser", "-S", "-D", "-H", "howdah"}, // BusyBox
	}
	for _, command := range commands {
		_ = exec.CommandContext(ctx, command[0], command[1:]...).Run() //nolint:gosec // fixed commands
		if a, err := lookup("howdah"); err == nil {
			return a, nil // this process made it, or another at the same time
		}
	}
	if a, err := lookup("nobody"); err == nil {
		return a, nil
	}
	return nil, errors.New("PostgreSQL does not run as root, and no user could be made for it: make one named howdah, or run as a plain user")
}

func lookup(name string) (*account, error) {
	u, err := user.Lookup(name)
	if err != nil {
		return nil, err
	}
	uid, err := strconv.Atoi(u.Uid)
	if err != nil {
		return nil, err
	}
	gid, err := strconv.Atoi(u.Gid)
	if err != nil {
		return nil, err
	}
	return &account{uid, gid}, nil
}

// ownerOf is whose a folder is; nil when it is not there, or root's.
func ownerOf(dir string) *account {
	info, err := os.Stat(dir)
	if err != nil {
		return nil
	}
	stat, ok := info.Sys().(*syscall.Stat_t)
	if !ok || stat.Uid == 0 {
		return nil
	}
	return &account{int(stat.Uid), int(stat.Gid)}
}

// reaches says whether the account may pass through a folder.
func (a *account) reaches(ctx context.Context, dir string) bool {
	cmd := exec.CommandContext(ctx, "/bin/sh", "-c", `cd "$1"`, "sh", dir) //nolint:gosec // a fixed command
	cmd.Dir = "/"
	cmd.SysProcAttr = &syscall.SysProcAttr{Credential: a.credential()}
	return cmd.Run() == nil
}
