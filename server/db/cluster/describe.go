package cluster

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// Info is what `howdah info` shows.
type Info struct {
	Running  bool
	Port     int
	Version  int    // major, of the data; 0 when there is no cluster
	Binaries string // folder of the programs that served it last
	Data     string
	Log      string
	URL      string // the superuser's; empty when there is no cluster
}

// Describe tells of the cluster under home without touching it.
func Describe(home string) (Info, error) {
	d, err := open(home)
	if err != nil {
		return Info{}, err
	}
	info := Info{Data: d.data, Log: d.log, Port: d.port()}
	if info.Version, err = d.version(); err != nil || info.Version == 0 {
		return info, err
	}
	p, alive := d.postmaster(context.Background())
	if alive && p.port != 0 {
		info.Running, info.Port = true, p.port
	}
	// The line that started the server last: its program, then its arguments.
	opts, err := os.ReadFile(filepath.Join(d.data, "postmaster.opts"))
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return info, err
	}
	program, _, _ := strings.Cut(string(opts), ` "-D"`)
	info.Binaries = filepath.Dir(program)
	pass, err := d.read(passwordFile)
	if err == nil && pass != "" && info.Port != 0 {
		info.URL = superuserURL(info.Port, pass, Database)
	}
	return info, err
}
