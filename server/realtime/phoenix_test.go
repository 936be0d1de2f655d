package realtime

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"reflect"
	"strings"
	"testing"
)

func TestTextFrames(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name  string
		v     version
		frame string
		ok    bool
	}{
		{"v2", v2, `["1","2","realtime:a","phx_join",{}]`, true},
		{"v2 null refs", v2, `[null,null,"phoenix","heartbeat",{}]`, true},
		{"v2 too short", v2, `["1","2","realtime:a","phx_join"]`, false},
		{"v2 object", v2, `{"topic":"t","event":"e"}`, false},
		{"v2 numeric ref", v2, `[1,2,"realtime:a","phx_join",{}]`, false},
		{"v2 topic of another kind", v2, `["1","2",3,"phx_join",{}]`, false},
		{"v1", v1, `{"topic":"realtime:a","event":"phx_join","payload":{},"ref":"1","join_ref":"1"}`, true},
		{"v1 list", v1, `["1","2","realtime:a","phx_join",{}]`, false},
		{"v1 without topic", v1, `{"event":"phx_join"}`, false},
		{"no JSON", v2, `hello`, false},
		{"nothing", v2, ``, false},
	} {
		m, err := test.v.decodeText([]byte(test.frame))
		if (err == nil) != test.ok {
			t.Errorf("%s: %+v, %v", test.name, m, err)
		}
	}
}

func pushFrame(parts [5]string, encoding byte, payload string) []byte {
	b := []byte{kindUserPush}
	for _, p := range parts {
		b = append(b, byte(len(p)))
	}
	b = append(b, encoding)
	for _, p := range parts {
		b = append(b, p...)
	}
	return append(b, payload...)
}

func TestBinaryFrames(t *testing.T) {
	t.Parallel()
	m, err := v2.decodeBinary(pushFrame([5]string{"1", "7", "realtime:ä", "shöut", `{"persist":true}`}, 1, `{"a":1}`))
	if err != nil || m.Topic != "realtime:ä" || m.Event != "broadcast" || string(m.Ref) != `"7"` || m.cast.Event != "shöut" || m.cast.Binary || string(m.cast.Payload) != `{"a":1}` || !wantsKeeping(m.cast.Meta) {
		t.Errorf("%+v %+v %v", m, m.cast, err)
	}
	m, err = v2.decodeBinary(pushFrame([5]string{"", "", "realtime:a", "e", ""}, 0, "\x00\xff"))
	if err != nil || !m.cast.Binary || string(m.JoinRef) != "null" {
		t.Errorf("%+v %v", m, err)
	}
	frame, isBinary := m.cast.frame(v2, "realtime:a")
	if !isBinary || !bytes.Equal(frame, append([]byte{4, 10, 1, 0, 0}, "realtime:ae\x00\xff"...)) {
		t.Errorf("% x", frame)
	}
	if frame, _ := m.cast.frame(v1, "realtime:a"); frame != nil {
		t.Errorf("bytes for v1: %s", frame)
	}
	for name, frame := range map[string][]byte{
		"empty": {}, "short": {3, 1, 1}, "kind": {9, 0, 0, 0, 0, 0, 0, 0}, "cut": pushFrame([5]string{"1", "1", "realtime:a", "e", ""}, 1, "")[:12],
		"not JSON": pushFrame([5]string{"1", "1", "realtime:a", "e", ""}, 1, "{"), "encoding": pushFrame([5]string{"1", "1", "t", "e", ""}, 2, "{}"),
		"metadata": pushFrame([5]string{"1", "1", "t", "e", "{"}, 1, "{}"),
	} {
		if m, err := v2.decodeBinary(frame); err == nil {
			t.Errorf("%s: %+v", name, m)
		}
	}
	if _, err := v1.decodeBinary(pushFrame([5]string{"1", "1", "t", "e", ""}, 1, "{}")); err == nil {
		t.Error("v1 has no binary frames")
	}
}

func FuzzDecode(f *testing.F) {
	f.Add([]byte(`["1","2","realtime:a","phx_join",{}]`), false)
	f.Add([]byte(`{"topic":"t","event":"e","payload":null,"ref":"1"}`), false)
	f.Add(pushFrame([5]string{"1", "7", "realtime:a", "e", "{}"}, 1, `{"a":1}`), true)
	f.Add([]byte{0, 1, 1, 1, 1, '1', '1', 't', 'e'}, true)
	f.Fuzz(func(t *testing.T, frame []byte, binary bool) {
		for _, v := range []version{v1, v2} {
			decode := v.decodeText
			if binary {
				decode = v.decodeBinary
			}
			m, err := decode(frame)
			if err != nil {
				continue
			}
			if m.cast != nil {
				m.cast.frame(v, m.Topic)
				continue
			}
			again, err := v.decodeText(v.encode(m.JoinRef, m.Ref, m.Topic, m.Event, m.Payload))
			if err != nil || again.Topic != m.Topic || again.Event != m.Event {
				t.Errorf("%q becomes %+v, %v", frame, again, err)
			}
		}
	})
}

func TestFilterGrammar(t *testing.T) {
	t.Parallel()
	for text, want := range map[string][]term{
		"":                       {},
		"id=eq.1":                {{"id", "eq", false, "1"}},
		"id=not.in.(1,2),b=lt.3": {{"id", "in", true, []string{"1", "2"}}, {"b", "lt", false, "3"}},
		`s=eq."a,\"b\\"`:         {{"s", "eq", false, `a,"b\`}},
		`s=in.("a)",b)`:          {{"s", "in", false, []string{"a)", "b"}}},
		"s=eq.":                  {{"s", "eq", false, ""}},
		"s=eq.not.a":             {{"s", "eq", false, "not.a"}},
		"b=is.NULL":              {{"b", "is", false, "null"}},
	} {
		got, err := parseFilter(text)
		if err != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("%s: %v, %v", text, got, err)
		}
	}
	for _, text := range []string{"id", "id=1", "=eq.1", "id=foo.1", "id=in.1", `id=eq."1`, "id=in.(" + string(bytes.Repeat([]byte("1,"), 100)) + "1)"} {
		if got, err := parseFilter(text); err == nil {
			t.Errorf("%s: %v", text, got)
		}
	}
}

func FuzzFilter(f *testing.F) {
	f.Add(`id=not.in.("a",b),c=eq."\"`)
	f.Fuzz(func(_ *testing.T, text string) { _, _ = parseFilter(text) })
}

func TestSnapshots(t *testing.T) {
	t.Parallel()
	s, err := parseSnapshot("10:20:12,15")
	if err != nil {
		t.Fatal(err)
	}
	for xid, want := range map[uint64]bool{9: true, 10: true, 11: true, 12: false, 15: false, 19: true, 20: false} {
		if s.saw(xid) != want {
			t.Errorf("saw(%d) = %t", xid, !want)
		}
	}
	at, err := parseCursor(cursor{"10:20:12,15", "11:30:", 7}.String())
	if err != nil || at.last != 7 || at.prev != "10:20:12,15" || at.cur != "11:30:" {
		t.Errorf("%+v %v", at, err)
	}
	const beyond = "18446744073709551615:18446744073709551615:"
	for _, bad := range []string{
		"", "1", "1/2/3", "x/1:1:/1:1:", "1/2:1:/1:1:", "1/1:1:/'; drop",
		"1/5:7:7/5:7:", "1/5:7:4/5:7:", "1/5:7:6,5/5:7:", "1/" + beyond + "/5:7:", "1/5:7:" + strings.Repeat("5,", mostRunning) + "5/5:7:",
	} {
		if at, err := parseCursor(bad); err == nil {
			t.Errorf("%q: %+v", bad, at)
		}
	}
}

// Whatever the lists, the steps lead from one to the other.
func TestDiffLeadsFromOldToNew(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(1, 2))
	list := func() []json.RawMessage {
		out := []json.RawMessage{}
		for range r.IntN(12) {
			out = append(out, json.RawMessage(fmt.Sprint(r.IntN(6))))
		}
		return out
	}
	for range 3000 {
		before, after := list(), list()
		got := append([]json.RawMessage{}, before...)
		for _, step := range diff(before, after) {
			at := step[1].(int)
			switch step[0] {
			case "-":
				got = append(got[:at], got[at+1:]...)
			case "+":
				got = append(got[:at], append([]json.RawMessage{step[2].(json.RawMessage)}, got[at:]...)...)
			case "=":
				got[at] = step[2].(json.RawMessage)
			}
		}
		if fmt.Sprintf("%s", got) != fmt.Sprintf("%s", after) {
			t.Fatalf("from %s to %s: got %s", before, after, got)
		}
	}
	if ops := diff([]json.RawMessage{[]byte("1"), []byte("2"), []byte("3")}, []json.RawMessage{[]byte("1"), []byte("4"), []byte("3")}); len(ops) != 1 || ops[0][0] != "=" {
		t.Errorf("one changed row: %v", ops)
	}
}
