package mail

import (
	"context"
	"errors"
	"fmt"
	"strings"
)

// console prints messages on a development server, and keeps them in the inbox.
type console struct{ *Service }

func (c *console) send(ctx context.Context, m message) error {
	if !c.Development {
		return &failure{"refused", "no_backend", errors.New("the console prints nothing in production: set EMAIL_BACKEND=smtp or SMS_BACKEND=http")}
	}
	kept, err := c.keep(ctx, m)
	if err != nil {
		return err
	}
	subject := ""
	if m.subject != "" {
		subject = "Subject: " + m.subject + "\n"
	}
	_, err = fmt.Fprintf(c.Console, "--- %s %d, see /dev/inbox/%d\nTo: %s\n%s\n%s\n---\n",
		m.channel, m.id, kept, m.recipient, subject, printable(m.text))
	return err
}

// printable keeps what users wrote from moving the terminal's cursor.
func printable(text string) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' && r != '\n' || r == 0x7f || r >= 0x80 && r < 0xa0 {
			return -1
		}
		return r
	}, strings.TrimRight(text, "\n"))
}

// nobody refuses every message: EMAIL_BACKEND=none.
type nobody struct{}

func (nobody) send(context.Context, message) error {
	return &failure{"refused", "no_backend", errors.New("EMAIL_BACKEND is none: no mail leaves")}
}
