package storage

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
	"time"

	"github.com/google/uuid"
)

// Disk keeps bytes in files root/ab/<id>, in 256 folders that are there from the
// start: a folder made on the way would be two more waits for the disk. Files
// under way lie in root/tmp and are renamed when they are whole.
type Disk struct {
	root string
	sync bool
}

const tmpDir = "tmp"

// NewDisk makes a backend of a folder, which is made if missing.
func NewDisk(root string, sync bool) (*Disk, error) {
	d := &Disk{root: root, sync: sync}
	err := os.MkdirAll(filepath.Join(root, tmpDir), 0o700)
	for n := 0; n < 256 && err == nil; n++ {
		if err = os.Mkdir(filepath.Join(root, fmt.Sprintf("%02x", n)), 0o700); errors.Is(err, fs.ErrExist) {
			err = nil
		}
	}
	if err = errors.Join(err, d.syncDir(root)); err != nil {
		return nil, fmt.Errorf("storage folder: %w", err)
	}
	return d, nil
}

// Name implements Backend.
func (d *Disk) Name() string { return "local" }

// Small implements Backend.
func (d *Disk) Small() int64 { return 64 << 10 }

func (d *Disk) path(id uuid.UUID) string {
	name := id.String()
	return filepath.Join(d.root, name[:2], name)
}

// Put implements Backend.
func (d *Disk) Put(_ context.Context, id uuid.UUID, r io.Reader, _ int64) (int64, error) {
	return d.write(id, func(f *os.File) (int64, error) { return transfer(f, r) })
}

// write fills a temporary file and puts it in place. It has its name before it
// is synced, so that file systems with a journal wait for the disk once, not
// twice. Nobody asks for a name whose write has not answered; what a crash
// leaves in half is swept.
func (d *Disk) write(id uuid.UUID, fill func(*os.File) (int64, error)) (int64, error) {
	tmp, path := filepath.Join(d.root, tmpDir, id.String()), d.path(id)
	f, err := os.OpenFile(tmp, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return 0, full(err)
	}
	n, err := fill(f)
	if err == nil {
		err = fault("bytes written")
	}
	if err == nil {
		err = os.Rename(tmp, path)
	}
	if err == nil && d.sync {
		err = errors.Join(f.Sync(), d.syncDir(filepath.Dir(path)))
	}
	if err = errors.Join(err, f.Close()); err != nil {
		return n, errors.Join(full(err), remove(tmp), remove(path))
	}
	return n, nil
}

func (d *Disk) syncDir(path string) error {
	if !d.sync {
		return nil
	}
	dir, err := os.Open(path)
	if err != nil {
		return err
	}
	return errors.Join(dir.Sync(), dir.Close())
}

func full(err error) error {
	if errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EDQUOT) {
		return fmt.Errorf("%w: %w", errFull, err)
	}
	return err
}

func remove(path string) error {
	if err := os.Remove(path); !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}

type file struct {
	*os.File
	size int64
}

func (f file) Size() int64 { return f.size }

// Open implements Backend.
func (d *Disk) Open(_ context.Context, id uuid.UUID) (Blob, error) {
	f, err := os.Open(d.path(id))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("%w: %s", ErrNoBytes, id)
	}
	if err != nil {
		return nil, err
	}
	info, err := f.Stat()
	if err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return file{f, info.Size()}, nil
}

// Join implements Backend.
func (d *Disk) Join(ctx context.Context, id uuid.UUID, parts []Piece) error {
	_, err := d.write(id, func(f *os.File) (int64, error) {
		var sum int64
		for _, part := range parts {
			if err := ctx.Err(); err != nil {
				return sum, err
			}
			n, err := d.appendTo(f, part)
			sum += n
			if err != nil {
				return sum, err
			}
		}
		return sum, nil
	})
	return err
}

func (d *Disk) appendTo(f *os.File, part Piece) (int64, error) {
	from, err := os.Open(d.path(part.ID))
	if err != nil {
		return 0, err
	}
	defer from.Close()
	n, err := io.Copy(f, from) // by the kernel alone
	if err == nil && n != part.Size {
		err = fmt.Errorf("part %s has %d bytes, not %d", part.ID, n, part.Size)
	}
	return n, err
}

// Copy implements Backend: bytes never change, so two names may share them.
func (d *Disk) Copy(_ context.Context, from, to uuid.UUID) error {
	path := d.path(to)
	err := os.Link(d.path(from), path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return fmt.Errorf("%w: %s", ErrNoBytes, from)
	case errors.Is(err, fs.ErrExist):
		err = nil
	case err != nil: // a file system without links
		_, err = d.write(to, func(f *os.File) (int64, error) {
			src, err := os.Open(d.path(from))
			if err != nil {
				return 0, err
			}
			defer src.Close()
			return io.Copy(f, src)
		})
		return err
	}
	return errors.Join(full(err), d.syncDir(filepath.Dir(path)))
}

// Delete implements Backend.
func (d *Disk) Delete(_ context.Context, ids []uuid.UUID) error {
	var errs []error
	for _, id := range ids {
		errs = append(errs, remove(d.path(id)))
	}
	return errors.Join(errs...)
}

// Walk implements Backend. Files in tmp that no write touched for a day are
// removed here: nobody will finish them.
func (d *Disk) Walk(ctx context.Context, fn func(uuid.UUID, time.Time) error) error {
	return filepath.WalkDir(d.root, func(path string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() || ctx.Err() != nil {
			return errors.Join(err, ctx.Err())
		}
		id, err := uuid.Parse(e.Name())
		if err != nil {
			return nil //nolint:nilerr // a file of somebody else's: not ours to judge
		}
		info, err := e.Info()
		switch {
		case errors.Is(err, fs.ErrNotExist):
			return nil
		case err != nil:
			return err
		case filepath.Base(filepath.Dir(path)) != tmpDir:
			return fn(id, info.ModTime())
		case time.Since(info.ModTime()) > sweepAge:
			return remove(path)
		default:
			return nil
		}
	})
}

// Check implements Backend.
func (d *Disk) Check(context.Context) error {
	f, err := os.CreateTemp(filepath.Join(d.root, tmpDir), ".check-*")
	if err != nil {
		return err
	}
	return errors.Join(f.Close(), remove(f.Name()))
}
