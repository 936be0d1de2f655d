package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"github.com/spf13/cobra"

	"howdah/server"
)

func adminCmd() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "admin",
		Short: "Manage users",
		Args:  noArgs,
		RunE:  func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cmd.AddCommand(adminCreateUserCmd())
	return cmd
}

func adminCreateUserCmd() *cobra.Command {
	var made server.NewUser
	var metadata string
	cmd := &cobra.Command{
		Use:   "create-user <email>",
		Short: "Make a user who can sign in; the password is read from standard input unless given",
		Long: `Makes a user on the owner's connection, whether or not a server runs. With --role
superadmin it makes an admin; whoever has the address already gets role and password.

  howdah admin create-user root@example.com --role superadmin`,
		Args: exactArgs(1, "an e-mail address"),
		RunE: func(cmd *cobra.Command, args []string) error {
			made.Email = args[0]
			if made.Password == "" {
				fmt.Fprint(cmd.ErrOrStderr(), "password: ")
				line, err := bufio.NewReader(cmd.InOrStdin()).ReadString('\n')
				if made.Password = strings.TrimRight(line, "\r\n"); made.Password == "" {
					return &misuseError{err: errors.Join(errors.New("a password is needed: type it, pipe it, or give --password"), err)}
				}
			}
			if metadata != "" {
				if !json.Valid([]byte(metadata)) {
					return &misuseError{err: errors.New("--app-metadata is no JSON")}
				}
				made.Metadata = json.RawMessage(metadata)
			}
			c, app, err := loadProject()
			if err != nil {
				return err
			}
			return migrated(cmd.Context(), c, app, cmd.ErrOrStderr(), func(stand *server.Stand) error {
				answer, err := server.CreateUser(cmd.Context(), c, stand, made)
				if err != nil {
					return err
				}
				fmt.Fprintln(cmd.OutOrStdout(), string(answer))
				return nil
			})
		},
	}
	cmd.Flags().StringVar(&made.Password, "password", "", "password (others on this machine may see it in the list of processes)")
	cmd.Flags().StringVar(&made.Role, "role", "", "role that holds everywhere: superadmin, or another of orgs.roles")
	cmd.Flags().StringVar(&metadata, "app-metadata", "", "app_metadata as JSON")
	cmd.MarkFlagsMutuallyExclusive("role", "app-metadata")
	return cmd
}

func tokenCmd() *cobra.Command {
	var user, reason string
	var seconds int
	cmd := &cobra.Command{
		Use:   "token --user <id or e-mail>",
		Short: "Mint an access token in a user's name, to try things as that user",
		Long: `Prints an access token whose claim act says who acts. It has a session of its own,
so that it can be revoked; it cannot be refreshed; the audit log keeps the reason.

  curl "$URL/rest/v1/todos" -H "apikey: $ANON_KEY" -H "Authorization: Bearer $(howdah token --user ada@example.test)"`,
		Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if user == "" {
				return &misuseError{err: errors.New("--user is needed: an id or an e-mail address")}
			}
			id := user
			if strings.Contains(user, "@") {
				var err error
				if id, err = userID(cmd, user); err != nil {
					return err
				}
			}
			answer, err := askAPI(cmd, http.MethodPost, "/auth/v1/admin/users/"+url.PathEscape(id)+"/impersonate",
				map[string]any{"reason": reason, "expires_in": seconds})
			if err != nil {
				return err
			}
			var got struct {
				AccessToken string `json:"access_token"`
			}
			if err := json.Unmarshal(answer, &got); err != nil || got.AccessToken == "" {
				return fmt.Errorf("the server answered no token: %s", answer)
			}
			fmt.Fprintln(cmd.OutOrStdout(), got.AccessToken)
			return nil
		},
	}
	cmd.Flags().StringVar(&user, "user", "", "the user's id or e-mail address")
	cmd.Flags().StringVar(&reason, "reason", "howdah token", "why, for the audit log")
	cmd.Flags().IntVar(&seconds, "seconds", 900, "how long it lives, 900 at most")
	return cmd
}

func userID(cmd *cobra.Command, email string) (string, error) {
	answer, err := askAPI(cmd, http.MethodGet, "/auth/v1/admin/users?per_page=1000&filter="+url.QueryEscape(email), nil)
	if err != nil {
		return "", err
	}
	var list struct{ Users []struct{ ID, Email string } }
	if err := json.Unmarshal(answer, &list); err != nil {
		return "", fmt.Errorf("read the list of users: %w", err)
	}
	for _, u := range list.Users {
		if strings.EqualFold(u.Email, email) {
			return u.ID, nil
		}
	}
	return "", fmt.Errorf("there is no user %s: `howdah admin create-user %s` makes one", email, email)
}

// askAPI sends a request through the API's own rules, as service_role.
func askAPI(cmd *cobra.Command, method, path string, body any) (answer []byte, err error) {
	c, app, err := loadProject()
	if err != nil {
		return nil, err
	}
	server.Find(cmd.Context(), c) // tokens name the address of the server that runs
	err = migrated(cmd.Context(), c, app, cmd.ErrOrStderr(), func(stand *server.Stand) error {
		var status int
		if status, answer, err = server.Ask(cmd.Context(), c, stand, method, path, body); err != nil {
			return err
		}
		if status >= http.StatusBadRequest {
			return refusedBy(status, answer)
		}
		return nil
	})
	return answer, err
}

// refusedBy is the API's no as a person reads it.
func refusedBy(status int, answer []byte) error {
	var said struct{ Msg, Message, Hint, Code, Error string }
	var more struct {
		ErrorCode string `json:"error_code"`
	}
	_ = json.Unmarshal(answer, &said) // codes that are numbers leave the rest in place
	_ = json.Unmarshal(answer, &more)
	for _, text := range []string{said.Msg, said.Message, said.Error} {
		if text != "" {
			if more.ErrorCode != "" {
				text += " (" + more.ErrorCode + ")"
			}
			return errors.New(text)
		}
	}
	return fmt.Errorf("refused with status %d: %s", status, answer)
}
