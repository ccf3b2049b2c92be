package api

import (
	"encoding/json"
	"errors"
	"net/http"
	"reflect"
	"strings"
	"sync"

	"github.com/danielgtaylor/huma/v2"

	"plumbline/internal/access"
	"plumbline/internal/listing"
	"plumbline/internal/query"
)

func (s *server) config() huma.Config {
	c := huma.DefaultConfig("Plumbline", s.Version)
	c.OpenAPIPath, c.DocsPath, c.SchemasPath, c.CreateHooks = "", "", "", nil
	c.Components.Schemas = huma.NewMapRegistry("#/components/schemas/", schemaName)
	c.Info.Description = description()
	c.Info.License = &huma.License{Name: "Apache 2.0", Identifier: "Apache-2.0"}
	c.Servers = []*huma.Server{{URL: Prefix}}
	c.Tags = []*huma.Tag{
		{Name: tagFindings, Description: "What is wrong, or could not be told."}, {Name: tagScans, Description: "When was looked, how far, and what was refused."},
		{Name: tagAccounts, Description: "Where is looked."}, {Name: tagWorkloads, Description: "The inventory."},
		{Name: tagRules, Description: "What is asked."}, {Name: tagFrameworks, Description: "How the controls of published frameworks stand."}, {Name: tagAttestations, Description: "What people state where no machine can check."}, {Name: tagOwners, Description: "Who is to mend what is found."}, {Name: tagMe, Description: "Who asks."},
	}
	c.Components.SecuritySchemes = map[string]*huma.SecurityScheme{
		"token":   {Type: "http", Scheme: "bearer", Description: "A token that a person made for a program. Its scopes narrow what that person may do."},
		"session": {Type: "apiKey", In: "cookie", Name: "plumbline_session", Description: "The session of the pages: whoever is signed in there may ask here with the same browser. Over TLS its name begins with __Host-."},
	}
	c.Components.Responses = problems(c.Components.Schemas)
	return c
}

// schemaName is the name of a type in the document: as programs see it, not as
// our files do.
func schemaName(t reflect.Type, hint string) string {
	name := huma.DefaultSchemaNamer(t, hint)
	if item, ok := strings.CutPrefix(name, "List"); ok {
		return strings.TrimSuffix(item, "Row") + "List"
	}
	switch name {
	case "Whole", "WholeScan", "WholeRule":
		return map[string]string{"Whole": "Finding", "WholeScan": "Scan", "WholeRule": "Rule"}[name]
	}
	return name
}

// problems are the replies that say what went wrong, by the name of their status.
func problems(registry huma.Registry) map[string]*huma.Response {
	all := map[string]*huma.Response{}
	for code, says := range map[int]string{
		http.StatusBadRequest:            "The request cannot be read.",
		http.StatusUnauthorized:          "Nobody is signed in.",
		http.StatusForbidden:             "Whoever is signed in may not do this.",
		http.StatusNotFound:              "There is no such thing, or whoever asks does not see it.",
		http.StatusConflict:              "It cannot be done now, or what is stored is damaged.",
		http.StatusPreconditionFailed:    "Somebody else was faster. Nothing was changed.",
		http.StatusPreconditionRequired:  "Which version the change was made from is missing. Nothing was changed.",
		http.StatusRequestEntityTooLarge: "The body is too long.",
		http.StatusUnsupportedMediaType:  "The body is not said to be JSON.",
		http.StatusUnprocessableEntity:   "Something in the request is not understood. Nothing is ever passed over.",
		http.StatusInternalServerError:   "Something went wrong here.",
	} {
		all[strings.ReplaceAll(http.StatusText(code), " ", "")] = &huma.Response{Description: says, Content: map[string]*huma.MediaType{
			"application/problem+json": {Schema: registry.Schema(reflect.TypeFor[Problem](), true, "Problem")}}}
	}
	return all
}

// document serves the OpenAPI document, to anybody: it holds nothing of the
// estate.
func (s *server) document() {
	doc := s.api.OpenAPI()
	loosen(doc)
	s.serve("/openapi.json", "application/openapi+json", func() ([]byte, error) { return json.Marshal(doc) })
	s.serve("/openapi.yaml", "application/openapi+yaml", doc.YAML)
}

// serve sends what is made once, when it is first asked for.
func (s *server) serve(path, kind string, produce func() ([]byte, error)) {
	once := sync.OnceValues(produce)
	s.routes = append(s.routes, access.Route{Method: http.MethodGet, Pattern: Prefix + path, Open: true})
	s.router.Get(path, func(w http.ResponseWriter, r *http.Request) {
		body, err := once()
		if err != nil {
			var p *Problem
			if errors.As(s.problem(r.Context(), err), &p) {
				write(w, r, p)
			}
			return
		}
		w.Header().Set("Content-Type", kind)
		_, _ = w.Write(body) // whoever asked may have gone
	})
}

// loosen lets replies grow: a program that was made from this document must not
// stumble over a member that a later version adds. Requests stay strict.
func loosen(doc *huma.OpenAPI) {
	strict := map[string]bool{}
	for _, item := range doc.Paths {
		for _, op := range []*huma.Operation{item.Post, item.Patch, item.Put, item.Delete} {
			if op == nil || op.RequestBody == nil {
				continue
			}
			for _, media := range op.RequestBody.Content {
				reached(media.Schema, doc.Components.Schemas, strict)
			}
		}
	}
	for name, schema := range doc.Components.Schemas.Map() {
		if !strict[name] && schema.AdditionalProperties == false {
			schema.AdditionalProperties = nil
		}
	}
}

// reached notes the schemas that a schema is made of.
func reached(schema *huma.Schema, registry huma.Registry, names map[string]bool) {
	if schema == nil {
		return
	}
	if name, ok := strings.CutPrefix(schema.Ref, "#/components/schemas/"); ok && !names[name] {
		names[name] = true
		reached(registry.SchemaFromRef(schema.Ref), registry, names)
	}
	for _, p := range schema.Properties {
		reached(p, registry, names)
	}
	reached(schema.Items, registry, names)
}

func description() string {
	var b strings.Builder
	b.WriteString(`Whether the settings that guard the credentials of cloud workloads hang true.

Times are RFC 3339 in UTC. What cannot be told is said to be ` + "`unknown`" + `, and is never a pass. Errors are problems as RFC 9457 has them, with sentences that say what to do; a parameter, key or word that is not known is an error, never passed over. Lists come in pages: take ` + "`next`" + ` as ` + "`after`" + `, or follow the Link header.

## The filter grammar

` + "`is:open severity:critical,high -provider:gcp account:payments* first-seen:<7d \"web tier\"`" + `

Terms are joined by *and*. ` + "`key:a,b`" + ` is either; ` + "`-key:a`" + ` is not; ` + "`key:web*`" + ` begins so; ` + "`<` `<=` `>` `>=`" + ` compare numbers, ages (` + "`12h` `7d` `12w`" + `) and dates (` + "`2026-11-01`" + `, a day of UTC). Words without a key, and text in quotes, are looked for in what the thing is called.
`)
	table(&b, "Keys of findings", listing.FindingFields)
	table(&b, "Keys of workloads", listing.WorkloadFields)
	return b.String()
}

func table(b *strings.Builder, title string, fields query.Fields) {
	b.WriteString("\n### " + title + "\n\n| key | takes | meaning |\n| --- | --- | --- |\n")
	for _, f := range fields {
		b.WriteString("| `" + f.Key + "` | " + f.Takes() + " | " + f.Help + " |\n")
	}
}
