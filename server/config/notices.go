package config

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"
)

// Notices are mails that tell users of what changed in their account.
type Notices struct {
	PasswordChanged  bool `env:"MAILER_NOTIFICATIONS_PASSWORD_CHANGED_ENABLED" envDefault:"false" doc:"mail users when their password changed"`
	EmailChanged     bool `env:"MAILER_NOTIFICATIONS_EMAIL_CHANGED_ENABLED" envDefault:"false" doc:"mail the old address when the e-mail changed"`
	PhoneChanged     bool `env:"MAILER_NOTIFICATIONS_PHONE_CHANGED_ENABLED" envDefault:"false" doc:"mail users when their phone changed"`
	IdentityLinked   bool `env:"MAILER_NOTIFICATIONS_IDENTITY_LINKED_ENABLED" envDefault:"false" doc:"mail users when a way to sign in was added"`
	IdentityUnlinked bool `env:"MAILER_NOTIFICATIONS_IDENTITY_UNLINKED_ENABLED" envDefault:"false" doc:"mail users when a way to sign in was removed"`
	FactorEnrolled   bool `env:"MAILER_NOTIFICATIONS_MFA_FACTOR_ENROLLED_ENABLED" envDefault:"false" doc:"mail users when a second factor was added"`
	FactorUnenrolled bool `env:"MAILER_NOTIFICATIONS_MFA_FACTOR_UNENROLLED_ENABLED" envDefault:"false" doc:"mail users when a second factor was removed"`
}

// Rate is how many of something may be in a span of time: 30, which is an
// hour's, or 30/10m. None for 0.
type Rate struct {
	N    int
	Span time.Duration
}

// UnmarshalText reads a rate.
func (r *Rate) UnmarshalText(text []byte) error {
	number, span, given := strings.Cut(string(text), "/")
	n, err := strconv.Atoi(number)
	if err != nil || n < 0 || n > 1<<30 {
		return errors.New("a rate is a number, or number/duration like 30/1h")
	}
	*r = Rate{N: n, Span: time.Hour}
	if given {
		if r.Span, err = time.ParseDuration(span); err != nil || r.Span < time.Second {
			return errors.New("a rate's span is a duration of a second or more, like 1h")
		}
	}
	return nil
}

// String is how a rate is written.
func (r Rate) String() string {
	if r.Span == time.Hour || r.Span == 0 {
		return strconv.Itoa(r.N)
	}
	return fmt.Sprintf("%d/%s", r.N, r.Span)
}
