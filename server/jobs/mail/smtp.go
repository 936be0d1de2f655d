package mail

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"os"
	"strings"

	smtp "github.com/wneessen/go-mail"

	"howdah/server/config"
)

// server sends mail by SMTP, a connection for each message.
type server struct {
	config config.Mail
	tls    *tls.Config
}

const implicitTLSPort = 465

func newSMTP(c config.Mail) (*server, error) {
	s := &server{config: c, tls: &tls.Config{ServerName: c.Host, MinVersion: tls.VersionTLS12}}
	if c.TLS == "auto" {
		s.config.TLS = "starttls"
		if c.Port == implicitTLSPort {
			s.config.TLS = "tls"
		}
	}
	if c.CAFile != "" {
		pem, err := os.ReadFile(c.CAFile)
		if err != nil {
			return nil, fmt.Errorf("SMTP_CA_FILE: %w", err)
		}
		s.tls.RootCAs = x509.NewCertPool()
		if !s.tls.RootCAs.AppendCertsFromPEM(pem) {
			return nil, errors.New("SMTP_CA_FILE holds no certificate")
		}
	}
	return s, nil
}

func (s *server) send(ctx context.Context, m message) error {
	letter, err := s.letter(m)
	if err != nil {
		return &failure{"refused", "address", err}
	}
	client, err := smtp.NewClient(s.config.Host, s.options()...)
	if err != nil {
		return &failure{"later", "configuration", err}
	}
	if err := client.DialWithContext(ctx); err != nil {
		return classify(err, letter)
	}
	defer client.Close()
	if err := m.handOver(ctx); err != nil {
		return err
	}
	return classify(client.Send(letter), letter)
}

func (s *server) options() []smtp.Option {
	options := []smtp.Option{
		smtp.WithPort(s.config.Port), smtp.WithTimeout(s.config.Timeout), smtp.WithTLSConfig(s.tls), smtp.WithoutNoop(),
	}
	switch s.config.TLS {
	case "tls":
		options = append(options, smtp.WithSSL())
	case "none":
		options = append(options, smtp.WithTLSPolicy(smtp.NoTLS))
	default: // never fall back to plain text: whoever stands between could ask for it
		options = append(options, smtp.WithTLSPolicy(smtp.TLSMandatory))
	}
	if s.config.Username != "" {
		options = append(options, smtp.WithSMTPAuth(smtp.SMTPAuthAutoDiscover),
			smtp.WithUsername(s.config.Username), smtp.WithPassword(s.config.Password.Reveal()))
	}
	return options
}

func (s *server) letter(m message) (*smtp.Msg, error) {
	letter := smtp.NewMsg()
	if err := letter.FromFormat(s.config.SenderName, s.config.From); err != nil {
		return nil, err
	}
	if err := letter.To(m.recipient); err != nil {
		return nil, err
	}
	letter.Subject(m.subject)
	letter.SetDate()
	letter.SetMessageIDWithValue(m.messageID + "@" + s.config.From[strings.LastIndex(s.config.From, "@")+1:])
	letter.SetGenHeader("Auto-Submitted", "auto-generated") // no vacation notice answers it (RFC 3834)
	letter.SetBodyString(smtp.TypeTextPlain, m.text)
	if m.html != "" {
		letter.AddAlternativeString(smtp.TypeTextHTML, m.html)
	}
	return letter, nil
}

// classify says what an SMTP error means: 5xx of this message is for good, 4xx
// is for now, and a connection that broke between the end of the message and
// the answer leaves it unknown whether it was taken. Trouble before the message
// (connecting, TLS, signing in) is the operator's to mend, and passes.
func classify(err error, letter *smtp.Msg) error {
	var sent *smtp.SendError
	switch {
	case err == nil, letter.IsDelivered(): // it was taken, whatever happened while saying goodbye
		return nil
	case !errors.As(err, &sent):
		return &failure{"later", "connection", err}
	case sent.ErrorCode() >= 500:
		return &failure{"refused", fmt.Sprintf("smtp_%d", sent.ErrorCode()), errors.New(oneLine(sent))}
	case sent.ErrorCode() >= 400:
		return &failure{"later", fmt.Sprintf("smtp_%d", sent.ErrorCode()), errors.New(oneLine(sent))}
	case sent.Reason == smtp.ErrSMTPDataClose:
		return &failure{"unknown", "connection", errors.New("the connection broke before the server said whether it took the message")}
	case sent.Reason == smtp.ErrGetSender, sent.Reason == smtp.ErrGetRcpts, sent.Reason == smtp.ErrNoUnencoded:
		return &failure{"refused", "address", err}
	default:
		return &failure{"later", "connection", errors.New(oneLine(sent))}
	}
}

func oneLine(err error) string { return strings.Join(strings.Fields(err.Error()), " ") }
