package main

import (
	"fmt"
	"io"
	"os"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"howdah/server"
	"howdah/server/gen"
)

func genCmd() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "gen",
		Short: "Generate types or the OpenAPI document from the live schema",
		Args:  noArgs,
		RunE:  func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cmd.AddCommand(genTypesCmd(), genOpenAPICmd())
	return cmd
}

func genTypesCmd() *cobra.Command {
	var language, out string
	var schemas []string
	cmd := &cobra.Command{
		Use:   "types",
		Short: "Generate types: TypeScript in supabase-js' Database shape, Go, Python or JSON Schema",
		Long: `Reads the live schema and writes types of it: tables, views, functions, enums and
composites, with their comments. The same schema gives the same text.

  howdah gen types > database.ts                     createClient<Database>(…) is typed
  howdah gen types --lang go --out models/models.go`,
		Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if !slices.Contains(gen.Languages(), language) {
				return &misuseError{err: fmt.Errorf("%w %q: use one of %s", gen.ErrLanguage, language, strings.Join(gen.Languages(), ", "))}
			}
			c, app, err := loadProject()
			if err != nil {
				return err
			}
			if len(schemas) == 0 {
				schemas = c.Rest.Schemas
			}
			return migrated(cmd.Context(), c, app, cmd.ErrOrStderr(), func(stand *server.Stand) error {
				described, err := gen.Read(cmd.Context(), stand.OwnerURL, schemas)
				if err != nil {
					return err
				}
				text, err := gen.Write(language, described)
				if err != nil {
					return err
				}
				return writeOut(cmd.OutOrStdout(), out, []byte(text))
			})
		},
	}
	cmd.Flags().StringVar(&language, "lang", "ts", "language: "+strings.Join(gen.Languages(), ", "))
	cmd.Flags().StringVar(&out, "out", "", "write to this file (default: print)")
	cmd.Flags().StringSliceVar(&schemas, "schema", nil, "schemas (default: those that /rest/v1 exposes)")
	return cmd
}

func genOpenAPICmd() *cobra.Command {
	var out, schema string
	cmd := &cobra.Command{
		Use:   "openapi",
		Short: "Generate the OpenAPI document of /rest/v1",
		Args:  noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			c, app, err := loadProject()
			if err != nil {
				return err
			}
			if schema == "" {
				schema = c.Rest.Schemas[0]
			}
			return migrated(cmd.Context(), c, app, cmd.ErrOrStderr(), func(stand *server.Stand) error {
				doc, err := gen.OpenAPI(cmd.Context(), stand.OwnerURL, schema, c.Server.ExternalURL+"/rest/v1", version)
				if err != nil {
					return err
				}
				return writeOut(cmd.OutOrStdout(), out, doc)
			})
		},
	}
	cmd.Flags().StringVar(&out, "out", "", "write to this file (default: print)")
	cmd.Flags().StringVar(&schema, "schema", "", "schema (default: the first that /rest/v1 exposes)")
	return cmd
}

func docsCmd() *cobra.Command {
	var out string
	var schemas []string
	cmd := &cobra.Command{
		Use:   "docs",
		Short: "Print the reference of the schema, from its comments: tables, functions, who may call them",
		Args:  noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			c, app, err := loadProject()
			if err != nil {
				return err
			}
			if len(schemas) == 0 {
				schemas = append(slices.Clone(c.Rest.Schemas), "functions")
			}
			return migrated(cmd.Context(), c, app, cmd.ErrOrStderr(), func(stand *server.Stand) error {
				described, err := gen.Read(cmd.Context(), stand.OwnerURL, schemas)
				if err != nil {
					return err
				}
				text, err := gen.Write("md", described)
				if err != nil {
					return err
				}
				return writeOut(cmd.OutOrStdout(), out, []byte(text))
			})
		},
	}
	cmd.Flags().StringVar(&out, "out", "", "write to this file (default: print)")
	cmd.Flags().StringSliceVar(&schemas, "schema", nil, "schemas (default: those that /rest/v1 exposes, and functions)")
	return cmd
}

// writeOut prints data, or writes it to a file whole.
func writeOut(stdout io.Writer, path string, data []byte) error {
	if path == "" {
		_, err := stdout.Write(data)
		return err
	}
	if err := os.WriteFile(path, data, 0o644); err != nil { //nolint:gosec // source code, for all to read
		return fmt.Errorf("write: %w", err)
	}
	return nil
}
