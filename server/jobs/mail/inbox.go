package mail

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"time"

	"github.com/jackc/pgx/v5"

	"howdah/server/db"
	"howdah/server/problem"
)

// inbox keeps messages for /dev/inbox and sends none.
type inbox struct{ *Service }

func (i *inbox) send(ctx context.Context, m message) error {
	_, err := i.keep(ctx, m)
	return err
}

// letterBox is one message of the inbox, as its JSON shows it.
type letterBox struct {
	ID         int64     `json:"id"`
	Message    int64     `json:"message"`
	Channel    string    `json:"channel"`
	To         string    `json:"to"`
	Subject    string    `json:"subject"`
	Text       string    `json:"text"`
	HTML       string    `json:"html,omitempty"`
	ReceivedAt time.Time `json:"received_at"`
}

const (
	keepSQL  = `select keep as id from mail.keep(_message => $1, _channel => $2, _recipient => $3, _sealed => $4)`
	listSQL  = `select id, message, channel, recipient, sealed, received_at from mail.inbox_list(_recipient => $1, _id => $2)`
	clearSQL = `select inbox_clear as gone from mail.inbox_clear()`
)

const inboxPurpose = "mail inbox"

// keep seals the message: its codes rest readable nowhere.
func (s *Service) keep(ctx context.Context, m message) (int64, error) {
	plain, err := json.Marshal(letterBox{Subject: m.subject, Text: m.text, HTML: m.html})
	if err != nil {
		return 0, err
	}
	sealed, err := s.Ring.Seal(inboxPurpose, plain)
	if err != nil {
		return 0, err
	}
	kept, err := db.CallRow[struct{ ID int64 }](ctx, s.Pool, keepSQL, m.id, m.channel, m.recipient, sealed)
	return kept.ID, err
}

// letters are those of a recipient, or the one of an id, newest first.
func (s *Service) letters(ctx context.Context, recipient *string, id *int64) ([]letterBox, error) {
	conn, err := s.Pool.Acquire(ctx)
	if err != nil {
		return nil, err
	}
	defer conn.Release()
	rows, err := conn.Query(ctx, listSQL, recipient, id)
	if err != nil {
		return nil, fmt.Errorf("list the inbox: %w", err)
	}
	all, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (letterBox, error) {
		var (
			l      letterBox
			sealed []byte
		)
		if err := row.Scan(&l.ID, &l.Message, &l.Channel, &l.To, &sealed, &l.ReceivedAt); err != nil {
			return l, err
		}
		plain, err := s.Ring.Unseal(inboxPurpose, sealed)
		if err != nil { // of another keyset: it is listed, and cannot be read
			l.Subject = "(sealed under another keyset)"
			return l, nil //nolint:nilerr // see above
		}
		content := l
		err = json.Unmarshal(plain, &content)
		l.Subject, l.Text, l.HTML = content.Subject, content.Text, content.HTML
		return l, err
	})
	return all, err
}

var errNoLetter = problem.New(http.StatusNotFound, "message_not_found", "There is no such message in the inbox: the last 200 are kept.")

func (s *Service) letter(ctx context.Context, id int64) (letterBox, error) {
	found, err := s.letters(ctx, nil, &id)
	switch {
	case err != nil:
		return letterBox{}, err
	case len(found) == 0:
		return letterBox{}, errNoLetter
	default:
		return found[0], nil
	}
}
