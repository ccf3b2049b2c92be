package main

import (
	"errors"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"

	"plumbline/internal/clerk"
	"plumbline/internal/cloud/facts"
	"plumbline/internal/framework"
	"plumbline/internal/listing"
	"plumbline/internal/postgres"
	"plumbline/internal/postgres/people"
	"plumbline/internal/rule"
	"plumbline/internal/rule/catalog"
	"plumbline/internal/rulebook"
	"plumbline/web"
)

// read refuses a directory of rules with a flaw: what judges would not be what
// was written.
func (f rulesFlags) read(c *config, wrong *faults) {
	c.rules = f.RulesDir
	if f.RulesDir == "" {
		return
	}
	if _, err := f.compose(); err != nil {
		wrong.add("--rules-dir", "PLUMBLINE_RULES_DIR", "the rules there cannot be used. Mend them, and try them with \"plumbline rules test --rules-dir %s\":\n%v", f.RulesDir, err)
	}
}

// layersOf are the rules of the program and, above them, those of a directory.
func layersOf(dir string) []rulebook.Layer {
	layers := []rulebook.Layer{{Origin: listing.Shipped, Files: catalog.Embedded()}}
	if dir != "" {
		layers = append(layers, rulebook.Layer{Name: filepath.ToSlash(dir), Origin: listing.Directory, Files: os.DirFS(dir)})
	}
	return layers
}

// engineOf is the version of the program and, after a plus sign, that of the
// rules of a directory: workers whose rules differ must not work on one scan.
func engineOf(book *rulebook.Book) string {
	if v := book.Above(); v != "" {
		return version + "+rules." + v
	}
	return version
}

// newBook makes the rulebook that follows what is approved in a store.
func newBook(store *postgres.Store, dir string, log *slog.Logger) (*rulebook.Book, error) {
	return rulebook.New(store, log, layersOf(dir)...)
}

func (s site) book() (*rulebook.Book, error) { return newBook(s.store, s.rules, s.log) }

// rulebook is the rules as people see and change them.
func (s site) rulebook(book *rulebook.Book, web *postgres.Store, folk *people.People) *clerk.Rulebook {
	return &clerk.Rulebook{Store: web, Book: book, Facts: facts.For, Audit: audit(folk), CatchUp: s.queue.CatchUp, Framework: draftFramework}
}

// upToDate looks before each request whether the rules were changed, be it by
// another process. Where that cannot be told the request is answered all the
// same: it will find out by itself that the database is away.
func (s site) upToDate(book *rulebook.Book, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.HasPrefix(r.URL.Path, web.Prefix) { // files ask no rules
			next.ServeHTTP(w, r)
			return
		}
		if err := book.Refresh(r.Context()); err != nil && r.Context().Err() == nil {
			s.log.WarnContext(r.Context(), "it could not be told whether the rules were changed", "err", err)
		}
		next.ServeHTTP(w, r)
	})
}

var frameworkID = regexp.MustCompile(`(?m)^id:[ \t]*["']?([a-z0-9.-]{1,80})["']?[ \t]*(#.*)?\r?$`)

// draftFramework reads a framework that somebody wrote. What cannot be read has
// flaws; its id may be "".
func draftFramework(file string, rules rule.Lookup) (id string, flaws rule.Flaws) {
	name := "framework"
	if m := frameworkID.FindStringSubmatch(file); m != nil {
		name = m[1]
	}
	set, err := framework.Compose(rules, nil, rulebook.File(name+".yaml", file)) // nil: it is none of the program's own
	if errors.As(err, &flaws) {
		return "", flaws
	}
	if err == nil && len(set.Frameworks()) == 1 && set.Frameworks()[0].ID == name {
		return name, nil
	}
	return "", rule.Flaws{{File: name + ".yaml", Line: 1, Col: 1, Text: "no line gives the framework its id; write one such as: id: our-guideline"}}
}
