package realtime

import (
	"context"
	"encoding/json"
	"errors"
	"slices"
	"strings"

	"github.com/jackc/pgx/v5/pgconn"

	"howdah/server/db"
)

// binding is one entry of postgres_changes as the client wrote it.
type binding struct {
	Event  string   `json:"event"`
	Schema *string  `json:"schema"`
	Table  *string  `json:"table"`
	Filter *string  `json:"filter"`
	Select []string `json:"select"`
}

// subscription is a binding that the database knows.
type subscription struct {
	id      int64
	wire    uint32 // the id that the client knows
	channel *channel
	schema  string
	table   string
	event   string
	filter  []byte
	columns []string
	before  snapshot // what was committed then is not for this subscription
}

var errTable = errors.New("schema and table are missing")

func parseBinding(entry []byte) (*subscription, error) {
	var b binding
	if err := json.Unmarshal(entry, &b); err != nil {
		return nil, errors.New("an entry is {event, schema, table, filter}")
	}
	if b.Schema == nil && b.Table == nil {
		return nil, errTable
	}
	sub := &subscription{schema: "public", table: "*", event: strings.ToUpper(b.Event), columns: b.Select}
	if b.Schema != nil && *b.Schema != "" {
		sub.schema = *b.Schema
	}
	if b.Table != nil && *b.Table != "" {
		sub.table = *b.Table
	}
	if !slices.Contains([]string{"INSERT", "UPDATE", "DELETE"}, sub.event) {
		sub.event = "*"
	}
	text := ""
	if b.Filter != nil {
		text = *b.Filter
	}
	terms, err := parseFilter(text)
	if err != nil {
		return nil, err
	}
	sub.filter, err = json.Marshal(terms)
	return sub, err
}

// answered is an entry with its id, otherwise letter for letter as it came.
func answered(entry []byte, id uint32) json.RawMessage {
	trimmed := strings.TrimRight(string(entry), " \t\r\n")
	body, closed := strings.CutSuffix(trimmed, "}")
	if !closed {
		return entry // no object: the client will see that it is wrong
	}
	comma := ","
	if strings.TrimSpace(body) == "{" {
		comma = ""
	}
	return json.RawMessage(string(appendIDs([]byte(body+comma+`"id":`), []uint32{id})) + "}")
}

// subscribe makes the entries live and answers them with their ids, and what
// the system event has to say; failed is why they could not be made live.
func (c *channel) subscribe(p *joinPayload) (answer []json.RawMessage, systems [][]byte, failed string) {
	answer = []json.RawMessage{}
	if len(p.Config.Changes) == 0 {
		return answer, nil, ""
	}
	s := c.socket.service
	who, _ := c.caller()
	var from snapshot
	for _, entry := range p.Config.Changes {
		id := bindingID(entry)
		answer = append(answer, answered(entry, id))
		sub, err := parseBinding(entry)
		if err == nil {
			sub.wire, sub.channel = id, c
			from, err = s.feed.add(s.ctx, sub, who)
		}
		if err != nil {
			failed = subscribeReason(err)
			break
		}
		c.mu.Lock()
		c.subs = append(c.subs, sub)
		c.mu.Unlock()
	}
	if failed != "" {
		c.mu.Lock()
		subs := c.subs
		c.subs = nil
		c.mu.Unlock()
		s.feed.remove(subs)
		for _, entry := range p.Config.Changes[len(answer):] {
			answer = append(answer, answered(entry, bindingID(entry)))
		}
		why := "Unable to subscribe to changes with given parameters. " + failed
		return answer, [][]byte{systemPayload("postgres_changes", "error", why, c.room.Topic, "")}, failed
	}
	place := cursor{prev: from.text, cur: from.text}.String()
	return answer, [][]byte{systemPayload("postgres_changes", "ok", "Subscribed to PostgreSQL", c.room.Topic, place)}, ""
}

// refusal is what the database says against a subscription's parameters; empty
// where it failed for another reason.
func refusal(err error) string {
	var pg *pgconn.PgError
	if errors.As(err, &pg) && (pg.Code == "PT400" || strings.HasPrefix(pg.Code, "22") || strings.HasPrefix(pg.Code, "42")) {
		return pg.Message
	}
	return ""
}

// subscribeReason is what a client is told of a subscription that did not work.
func subscribeReason(err error) string {
	var pg *pgconn.PgError
	switch why := refusal(err); {
	case why != "":
		return why
	case errors.As(err, &pg):
		return "The database refused"
	case errors.Is(err, errFilter), errors.Is(err, errTable):
		return err.Error()
	default:
		return "Try again"
	}
}

const (
	subscribeSQL = `select status, body from realtime.subscribe(
  _node => $1, _id => $2, _role => $3, _claims => $4, _session_id => $5, _user_id => $6,
  _schema => $7, _table => $8, _event => $9, _filter => $10, _columns => $11)`
	unsubscribeSQL = `select realtime.unsubscribe(_node => $1, _ids => $2)`
)

// register tells the database of a subscription, or of its new claims.
func (f *feed) register(ctx context.Context, sub *subscription, who *caller) (snapshot, error) {
	out, err := db.Call(ctx, f.service.Pool, subscribeSQL, f.service.nodeID, sub.id, who.role, who.claims, orNil(who.session), orNil(who.user),
		sub.schema, sub.table, sub.event, string(sub.filter), sub.columns)
	if err != nil {
		return snapshot{}, err
	}
	var body struct {
		Snapshot string `json:"snapshot"`
	}
	if err := json.Unmarshal(out.Body, &body); err != nil {
		return snapshot{}, err
	}
	return parseSnapshot(body.Snapshot)
}
