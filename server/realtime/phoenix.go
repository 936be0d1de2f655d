package realtime

import (
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
)

// The two versions of Phoenix's serializer: v2 writes a message as a list and
// knows binary frames, v1 writes an object.
type version int

const (
	v1 version = 1
	v2 version = 2
)

// message is one Phoenix message. Refs are kept as the JSON that came: clients
// compare them strictly.
type message struct {
	JoinRef json.RawMessage `json:"join_ref"`
	Ref     json.RawMessage `json:"ref"`
	Topic   string          `json:"topic"`
	Event   string          `json:"event"`
	Payload json.RawMessage `json:"payload"`

	cast *cast // set for a user broadcast, in place of Payload
}

// cast is a broadcast of a user: an event of the app, and a payload that is
// JSON or bytes.
type cast struct {
	Event    string
	Binary   bool // Payload is bytes, not JSON
	Payload  []byte
	Meta     json.RawMessage // what the sender said about it; may be empty
	ID       string          // of a message that is stored
	Replayed bool
	xid      uint64                     // of the transaction that stored it; 0 for none
	Extra    map[string]json.RawMessage // further keys of a text broadcast
}

var errFrame = errors.New("malformed frame")

// decodeText reads a text frame.
func (v version) decodeText(frame []byte) (*message, error) {
	m := &message{}
	if v == v1 {
		if err := json.Unmarshal(frame, m); err != nil {
			return nil, fmt.Errorf("%w: %w", errFrame, err)
		}
		return m, m.check()
	}
	var list []json.RawMessage
	if err := json.Unmarshal(frame, &list); err != nil || len(list) != 5 {
		return nil, fmt.Errorf("%w: not a list of five", errFrame)
	}
	if json.Unmarshal(list[2], &m.Topic) != nil || json.Unmarshal(list[3], &m.Event) != nil {
		return nil, fmt.Errorf("%w: topic and event must be strings", errFrame)
	}
	m.JoinRef, m.Ref, m.Payload = list[0], list[1], list[4]
	return m, m.check()
}

func (m *message) check() error {
	for _, ref := range []*json.RawMessage{&m.JoinRef, &m.Ref} {
		var s *string
		if len(*ref) == 0 {
			*ref = json.RawMessage("null")
		}
		if json.Unmarshal(*ref, &s) != nil {
			return fmt.Errorf("%w: refs must be strings", errFrame)
		}
	}
	if m.Topic == "" || m.Event == "" {
		return fmt.Errorf("%w: topic and event are missing", errFrame)
	}
	if len(m.Payload) == 0 {
		m.Payload = json.RawMessage("{}")
	}
	return nil
}

// Kinds of binary frames.
const (
	kindPush          = 0
	kindUserPush      = 3
	kindUserBroadcast = 4
	encodingBytes     = 0
	encodingJSON      = 1
)

// decodeBinary reads a binary frame, which only v2 has: a broadcast of a user.
func (v version) decodeBinary(frame []byte) (*message, error) {
	if v == v1 || len(frame) < 7 {
		return nil, fmt.Errorf("%w: binary frame", errFrame)
	}
	var head int
	switch frame[0] {
	case kindPush:
		head = 4
	case kindUserPush:
		head = 5
	default:
		return nil, fmt.Errorf("%w: binary frame of kind %d", errFrame, frame[0])
	}
	at := 1 + head
	if frame[0] == kindUserPush {
		at++ // the encoding
	}
	parts := make([]string, head)
	for i := range head {
		n := int(frame[1+i])
		if at+n > len(frame) {
			return nil, fmt.Errorf("%w: binary frame is cut", errFrame)
		}
		parts[i] = string(frame[at : at+n])
		at += n
	}
	m := &message{JoinRef: ref(parts[0]), Ref: ref(parts[1]), Topic: parts[2], Event: "broadcast"}
	rest := frame[at:]
	if frame[0] == kindPush {
		m.cast = &cast{Event: parts[3], Binary: true, Payload: rest}
		return m, nil
	}
	m.cast = &cast{Event: parts[3], Binary: frame[6] == encodingBytes, Payload: rest}
	if parts[4] != "" {
		m.cast.Meta = json.RawMessage(parts[4])
	}
	if frame[6] > encodingJSON || !m.cast.Binary && !json.Valid(rest) || m.cast.Meta != nil && !json.Valid(m.cast.Meta) {
		return nil, fmt.Errorf("%w: binary frame's payload", errFrame)
	}
	return m, nil
}

func ref(s string) json.RawMessage {
	if s == "" {
		return json.RawMessage("null")
	}
	return quote(s)
}

// quote is s as JSON.
func quote(s string) json.RawMessage {
	b, _ := json.Marshal(s) //nolint:errchkjson // a string always encodes
	return b
}

// encode writes a message as a text frame. A null payload would crash clients.
func (v version) encode(joinRef, ref json.RawMessage, topic, event string, payload []byte) []byte {
	if len(payload) == 0 {
		payload = []byte("{}")
	}
	or := func(r json.RawMessage) json.RawMessage {
		if len(r) == 0 {
			return json.RawMessage("null")
		}
		return r
	}
	b := make([]byte, 0, len(payload)+len(topic)+len(event)+64)
	if v == v1 {
		b = append(append(b, `{"topic":`...), quote(topic)...)
		b = append(append(b, `,"event":`...), quote(event)...)
		b = append(append(b, `,"payload":`...), payload...)
		b = append(append(b, `,"ref":`...), or(ref)...)
		return append(b, '}')
	}
	b = append(append(b, '['), or(joinRef)...)
	b = append(append(b, ','), or(ref)...)
	b = append(append(b, ','), quote(topic)...)
	b = append(append(b, ','), quote(event)...)
	b = append(append(b, ','), payload...)
	return append(b, ']')
}

// meta is what a receiver is told of a broadcast besides its payload.
func (c *cast) meta() json.RawMessage {
	switch {
	case c.ID == "":
		return nil
	case c.Replayed:
		return json.RawMessage(`{"id":` + string(quote(c.ID)) + `,"replayed":true}`)
	default:
		return json.RawMessage(`{"id":` + string(quote(c.ID)) + `}`)
	}
}

// object is the payload of a broadcast in a text frame.
func (c *cast) object() []byte {
	b := append([]byte(`{"type":"broadcast","event":`), quote(c.Event)...)
	b = append(append(b, `,"payload":`...), c.Payload...)
	for name, value := range c.Extra {
		b = append(append(append(append(b, ','), quote(name)...), ':'), value...)
	}
	if meta := c.meta(); meta != nil {
		b = append(append(b, `,"meta":`...), meta...)
	}
	return append(b, '}')
}

// frame is the broadcast as a socket of version v receives it, and whether the
// frame is binary; nil where it cannot be told: bytes to a v1 socket.
func (c *cast) frame(v version, topic string) (frame []byte, isBinary bool) {
	meta := c.meta()
	fits := len(topic) <= 255 && len(c.Event) <= 255 && len(meta) <= 255
	if v == v1 || len(c.Extra) > 0 || !fits {
		if c.Binary {
			return nil, false
		}
		return v.encode(nil, nil, topic, "broadcast", c.object()), false
	}
	encoding := byte(encodingJSON)
	if c.Binary {
		encoding = encodingBytes
	}
	b := make([]byte, 0, 5+len(topic)+len(c.Event)+len(meta)+len(c.Payload))
	//nolint:gosec // fits has checked the lengths
	b = append(b, kindUserBroadcast, byte(len(topic)), byte(len(c.Event)), byte(len(meta)), encoding)
	b = append(append(append(append(b, topic...), c.Event...), meta...), c.Payload...)
	return b, true
}

// reply is the payload of a phx_reply.
func reply(status string, response any) []byte {
	b, err := json.Marshal(struct {
		Status   string `json:"status"`
		Response any    `json:"response"`
	}{status, response})
	if err != nil {
		return []byte(`{"status":"error","response":{}}`)
	}
	return b
}

// bindingID is the number by which a postgres_changes entry goes on the wire:
// equal entries have equal ids, and none is 0.
func bindingID(entry []byte) uint32 {
	const below = 1 << 27
	h := uint32(2166136261) // FNV-1a
	for _, c := range entry {
		h = (h ^ uint32(c)) * 16777619
	}
	return h%(below-1) + 1
}

func appendIDs(b []byte, ids []uint32) []byte {
	for i, id := range ids {
		if i > 0 {
			b = append(b, ',')
		}
		b = strconv.AppendUint(b, uint64(id), 10)
	}
	return b
}

// newRef is a reference that no other is like.
func newRef(node [16]byte, n uint64) string {
	return "F" + strconv.FormatUint(uint64(binary.BigEndian.Uint32(node[:4])), 36) + "-" + strconv.FormatUint(n, 36)
}
