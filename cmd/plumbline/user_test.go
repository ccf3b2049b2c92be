package main

import (
	"bytes"
	"regexp"
	"strings"
	"testing"

	"plumbline/internal/postgres/pgtest"
)

func TestPeopleOnTheCommandLine(t *testing.T) {
	t.Parallel()
	db := databaseFlags{Database: pgtest.URL(t), DataDir: t.TempDir()}
	password := regexp.MustCompile(`(?m)^  [a-z2-7]{4}(-[a-z2-7]{4}){4}$`)
	ada := personArg{db, "Ada@example.org"}
	for _, c := range []struct {
		what  string
		run   func(streams) error
		want  string // "" for a password
		fault string
	}{
		{"a wrong role", func(s streams) error {
			return userAddCmd{db, "ada@example.org", "engneer", "", nil}.Run(t.Context(), s)
		}, "", "Did you mean engineer?"},
		{"a wrong group", func(s streams) error {
			return userAddCmd{db, "ada@example.org", "engineer", "", []string{"payments"}}.Run(t.Context(), s)
		}, "", `no group of accounts "payments"`},
		{"add", func(s streams) error {
			return userAddCmd{db, "Ada@example.org", "administrator", "Ada", nil}.Run(t.Context(), s)
		}, "", ""},
		{"add another role", func(s streams) error {
			return userAddCmd{db, "ada@example.org", "officer", "", nil}.Run(t.Context(), s)
		},
			"ada@example.org is there already, and is officer over all accounts now.\n", ""},
		{"new password", func(s streams) error { return userPasswordCmd{ada}.Run(t.Context(), s) }, "", ""},
		{"disable the last", func(s streams) error { return userDisableCmd{ada}.Run(t.Context(), s) }, "", "Ada is the last administrator over all accounts"},
		{"add a second", func(s streams) error {
			return userAddCmd{db, "root@example.org", "administrator", "", nil}.Run(t.Context(), s)
		}, "", ""},
		{"disable", func(s streams) error { return userDisableCmd{ada}.Run(t.Context(), s) }, "ada@example.org is shut out.\n", ""},
		{"list", func(s streams) error { return userListCmd{db}.Run(t.Context(), s) },
			"E-MAIL            NAME  STATE     LAST SIGNED IN  ROLES\n" +
				"ada@example.org   Ada   disabled  never           administrator over all accounts; officer over all accounts\n" +
				"root@example.org  root  enabled   never           administrator over all accounts\n", ""},
		{"enable", func(s streams) error { return userEnableCmd{ada}.Run(t.Context(), s) }, "ada@example.org may sign in again.\n", ""},
		{"nobody", func(s streams) error { return userEnableCmd{personArg{db, "x@example.org"}}.Run(t.Context(), s) }, "", "There is nobody with the address x@example.org."},
	} {
		var out, log bytes.Buffer
		err := c.run(streams{nil, &out, &log})
		switch {
		case c.fault != "":
			if err == nil || !strings.Contains(err.Error(), c.fault) || out.Len() > 0 {
				t.Errorf("%s: %v, printed %q", c.what, err, out.String())
			}
		case err != nil:
			t.Errorf("%s: %v", c.what, err)
		case c.want == "" && !password.MatchString(out.String()), c.want != "" && c.want != out.String():
			t.Errorf("%s prints:\n%s", c.what, out.String())
		}
	}
}
