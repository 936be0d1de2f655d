package db

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"io"
	"math/rand/v2"
	"testing"
)

func wireMessage(kind byte, body []byte) []byte {
	b := binary.BigEndian.AppendUint32([]byte{kind}, uint32(len(body)+4))
	return append(b, body...)
}

func wireRow(values ...[]byte) []byte {
	b := binary.BigEndian.AppendUint16(nil, uint16(len(values)))
	for _, v := range values {
		if v == nil {
			b = binary.BigEndian.AppendUint32(b, nullLength)
			continue
		}
		b = append(binary.BigEndian.AppendUint32(b, uint32(len(v))), v...)
	}
	return wireMessage(rowMessage, b)
}

// crumbs reads in pieces of any size, as a network does.
type crumbs struct {
	b []byte
	r *rand.Rand
}

func (c *crumbs) Read(p []byte) (int, error) {
	if len(c.b) == 0 {
		return 0, io.EOF
	}
	n := min(len(p), len(c.b), 1+c.r.IntN(40))
	copy(p, c.b[:n])
	c.b = c.b[n:]
	return n, nil
}

// However the bytes come in, the first long value goes to a file, and all
// other bytes pass as they are.
func TestSpillReader(t *testing.T) {
	t.Parallel()
	long := bytes.Repeat([]byte("long"), 300)
	stream := bytes.Join([][]byte{
		wireMessage('T', []byte("description")), wireRow([]byte("1"), nil, []byte("short")),
		wireMessage('N', long), wireRow([]byte("2"), nil, long, []byte{}), wireRow([]byte("3"), long), wireMessage('C', []byte("SELECT 3")),
	}, nil)
	want := bytes.Join([][]byte{
		wireMessage('T', []byte("description")), wireRow([]byte("1"), nil, []byte("short")),
		wireMessage('N', long), wireRow([]byte("2"), nil, []byte{}, []byte{}), wireRow([]byte("3"), long), wireMessage('C', []byte("SELECT 3")),
	}, nil)
	for seed := range uint64(300) {
		r := rand.New(rand.NewPCG(seed, 1))
		s := &spillReader{from: &crumbs{stream, r}, over: 1000, column: AnyColumn}
		var got bytes.Buffer
		for {
			p := make([]byte, 1+r.IntN(3000))
			n, err := s.Read(p)
			got.Write(p[:n])
			if err != nil {
				break
			}
		}
		if !bytes.Equal(got.Bytes(), want) {
			t.Fatalf("seed %d: %d bytes passed, want %d", seed, got.Len(), len(want))
		}
		var kept bytes.Buffer
		if _, err := s.spilled.WriteTo(&kept); err != nil || !bytes.Equal(kept.Bytes(), long) {
			t.Fatalf("seed %d: kept %d bytes of %d (%v)", seed, kept.Len(), s.spilled.Size(), err)
		}
		s.spilled.Close()
	}
}

func TestSpillReaderLeavesShortRowsAlone(t *testing.T) {
	t.Parallel()
	var stream []byte
	for i := range 200 {
		stream = append(stream, wireRow(fmt.Append(nil, i), bytes.Repeat([]byte{'x'}, i))...)
	}
	s := &spillReader{from: &crumbs{stream, rand.New(rand.NewPCG(1, 2))}, over: 1000}
	got, err := io.ReadAll(s)
	if err != nil || !bytes.Equal(got, stream) || s.spilled != nil {
		t.Errorf("%d of %d bytes passed, spilled %v (%v)", len(got), len(stream), s.spilled, err)
	}
}
