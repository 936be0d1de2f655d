package db

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgproto3"
)

// Spill is a value that was too long to be held in memory. It lies in a
// temporary file that has no name, and is gone when closed.
type Spill struct {
	file *os.File
	size int64
	err  error // the file could not be written to its end
}

// Size is how many bytes the value has.
func (s *Spill) Size() int64 { return s.size }

// WriteTo writes the value to w.
func (s *Spill) WriteTo(w io.Writer) (int64, error) {
	if s.err != nil {
		return 0, s.err
	}
	return io.Copy(w, io.NewSectionReader(s.file, 0, s.size))
}

// Err says whether the value could not be kept.
func (s *Spill) Err() error { return s.err }

// Close lets the value go. A nil Spill has none.
func (s *Spill) Close() {
	if s != nil {
		_ = s.file.Close() // nothing is left to lose
	}
}

// spillReader lies between a connection and pgx, which holds each message of
// the server in memory whole. It follows the messages that pass; of a row with
// a value longer than over, that value goes to a file and pgx reads an empty one.
type spillReader struct {
	from    io.Reader
	ahead   []byte // read from the connection, not yet looked at
	out     []byte // looked at, not yet passed on
	left    int    // bytes of the current message that are still to pass
	over    int    // 0 spills nothing
	column  int    // the value's place in its row, or AnyColumn
	spilled *Spill
}

const (
	spillKey      = "howdah.spill"
	messageHeader = 5 // type and length
	rowMessage    = 'D'
	nullLength    = 1<<32 - 1
)

// spillConnections gives each new connection of a pool a spillReader.
func spillConnections(_ context.Context, c *pgx.ConnConfig) error {
	var reader *spillReader
	c.BuildFrontend = func(r io.Reader, w io.Writer) *pgproto3.Frontend {
		reader = &spillReader{from: r}
		return pgproto3.NewFrontend(reader, w)
	}
	c.AfterConnect = func(_ context.Context, pc *pgconn.PgConn) error {
		pc.CustomData()[spillKey] = reader
		return nil
	}
	return nil
}

// Read passes messages on. p is where pgx wants them; what a row to be spilled
// left in it is taken back.
func (s *spillReader) Read(p []byte) (int, error) {
	for {
		if len(s.out) > 0 {
			n := copy(p, s.out)
			s.out = s.out[n:]
			return n, nil
		}
		n, err := s.pull(p)
		if err != nil {
			return 0, err
		}
		pass := s.follow(p[:n])
		if pass == n {
			return n, nil
		}
		s.ahead = append(append(make([]byte, 0, n-pass+len(s.ahead)), p[pass:n]...), s.ahead...)
		if pass > 0 {
			return pass, nil
		}
		if err := s.message(); err != nil {
			return 0, err
		}
	}
}

func (s *spillReader) pull(p []byte) (int, error) {
	if len(s.ahead) > 0 {
		n := copy(p, s.ahead)
		s.ahead = s.ahead[n:]
		return n, nil
	}
	return s.from.Read(p)
}

// follow says how much of b may pass: all but a header that is not all there,
// or what begins with a row to be spilled.
func (s *spillReader) follow(b []byte) int {
	at := min(s.left, len(b))
	s.left -= at
	for at < len(b) {
		if len(b)-at < messageHeader {
			return at
		}
		length := int(binary.BigEndian.Uint32(b[at+1:])) - 4
		if s.spills(b[at], length) {
			return at
		}
		at += messageHeader
		n := min(length, len(b)-at)
		at, s.left = at+n, length-n
	}
	return at
}

func (s *spillReader) spills(kind byte, length int) bool {
	return kind == rowMessage && s.over > 0 && length > s.over && s.spilled == nil
}

// message reads the header that comes next, and the row if it is to be spilled.
func (s *spillReader) message() error {
	head := make([]byte, messageHeader)
	if err := s.full(head); err != nil {
		return err
	}
	length := int(binary.BigEndian.Uint32(head[1:])) - 4
	if !s.spills(head[0], length) {
		s.out, s.left = head, length
		return nil
	}
	row := append(head, 0, 0)
	if err := s.full(row[messageHeader:]); err != nil {
		return err
	}
	for column := range int(binary.BigEndian.Uint16(row[messageHeader:])) {
		var err error
		if row, err = s.value(row, column); err != nil {
			return err
		}
	}
	binary.BigEndian.PutUint32(row[1:], uint32(len(row)-1)) //nolint:gosec // shorter than the message that it stands for
	s.out = row
	return nil
}

// value appends the row's next value, or an empty one in place of a long one.
func (s *spillReader) value(row []byte, column int) ([]byte, error) {
	at := len(row)
	row = append(row, 0, 0, 0, 0)
	if err := s.full(row[at:]); err != nil {
		return nil, err
	}
	size := int(binary.BigEndian.Uint32(row[at:]))
	if size == nullLength {
		return row, nil
	}
	wanted := s.column == column || s.column == AnyColumn
	if wanted && size > s.over && s.spilled == nil && s.keep(int64(size)) {
		clear(row[at:])
		if _, err := io.CopyN(s.spilled, readerFunc(s.pull), int64(size)); err != nil {
			return nil, err
		}
		return row, nil
	}
	row = append(row, make([]byte, size)...)
	return row, s.full(row[at+4:])
}

// keep opens the file; without one the value stays in memory.
func (s *spillReader) keep(size int64) bool {
	f, err := os.CreateTemp("", "howdah-*")
	if err != nil {
		return false
	}
	_ = os.Remove(f.Name()) // where an open file cannot be removed, the system's sweep does it
	s.spilled = &Spill{file: f, size: size}
	return true
}

// Write keeps a part of the value. A full disk must not break the connection,
// which has to be read on: the error waits for whom wants the value.
func (s *Spill) Write(b []byte) (int, error) {
	if s.err == nil {
		if _, err := s.file.Write(b); err != nil {
			s.err = fmt.Errorf("keep a long answer in a temporary file: %w", err)
		}
	}
	return len(b), nil
}

func (s *spillReader) full(b []byte) error {
	_, err := io.ReadFull(readerFunc(s.pull), b)
	if errors.Is(err, io.EOF) {
		return io.ErrUnexpectedEOF
	}
	return err
}

type readerFunc func([]byte) (int, error)

func (f readerFunc) Read(b []byte) (int, error) { return f(b) }

// AnyColumn stands for every column of a row.
const AnyColumn = -1

// SpillOver keeps a value longer than n bytes that comes in this pipeline, in
// the column with that number, out of memory; Spilled takes it. Its row shows an
// empty value. A further one stays in memory, as does all of the next pipeline.
func (p *Pipe) SpillOver(n, column int) {
	if r, ok := p.conn.CustomData()[spillKey].(*spillReader); ok {
		r.over, r.column = n, column
	}
}

// Spilled is the value that was too long, which the caller closes; nil for none.
func (p *Pipe) Spilled() *Spill {
	r, ok := p.conn.CustomData()[spillKey].(*spillReader)
	if !ok {
		return nil
	}
	s := r.spilled
	r.spilled = nil
	return s
}
