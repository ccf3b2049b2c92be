package rule

import (
	"encoding/json"
	"strings"
)

// A schema is a JSON Schema, or a part of one.
type schema map[string]any

// Schema is the JSON Schema (draft 2020-12) of a rule's file, made from the
// tables of the kinds: every key, every field that an example may give or a fix
// set, its meaning and its words. Editors complete and check with it. It knows
// nothing of expressions: whether a rule holds, only reading and proving it
// tells.
func Schema() []byte {
	defs, perKind := schema{}, []any{}
	for _, k := range kinds {
		defs[string(k.kind)], defs[string(k.kind)+"_sets"] = k.schema(false), k.schema(true)
		defs[string(k.kind)+"_example"] = k.exampleSchema()
		perKind = append(perKind, schema{
			"if": schema{"properties": schema{"for": schema{"const": string(k.kind)}}, "required": []string{"for"}},
			"then": schema{"properties": schema{
				"examples": schema{"items": refTo(string(k.kind) + "_example")},
				"fix":      schema{"properties": schema{"sets": refTo(string(k.kind) + "_sets")}},
			}},
		})
	}
	s := schema{
		"$schema":              "https://json-schema.org/draft/2020-12/schema",
		"title":                "A rule of Plumbline",
		"type":                 "object",
		"properties":           ruleSchema(),
		"required":             []string{"id", "name", "title", "fault", "severity", "for", "pass", "say", "why", "examples"},
		"additionalProperties": false,
		"allOf":                perKind,
		"$defs":                defs,
	}
	b, err := json.MarshalIndent(s, "", "  ")
	if err != nil {
		panic(err) // texts, lists and maps
	}
	return append(b, '\n')
}

func refTo(def string) schema { return schema{"$ref": "#/$defs/" + def} }

// about says what a schema is about.
func about(doc string, s schema) schema {
	s["description"] = doc
	return s
}

func ruleSchema() schema {
	words := func(doc string) schema { return about(doc, schema{"type": "string", "minLength": 1}) }
	return schema{
		"id":         about("Permanent, never used again. A rule of your own begins with ORG-.", schema{"type": "string", "pattern": idShape.String()}),
		"name":       about("The file's name without its ending: small letters and hyphens.", schema{"type": "string", "pattern": nameShape.String()}),
		"title":      words("What is true when all is well. {{ params.x }} may stand in it."),
		"fault":      words("What is wrong otherwise. {{ params.x }} may stand in it."),
		"severity":   schema{"enum": []string{"critical", "high", "medium", "low", "info"}},
		"for":        about("The kind of subject that it is about.", schema{"oneOf": kindChoices()}),
		"cloud":      about("The one cloud that it is about, where the id names none. Left out there: every cloud.", schema{"enum": clouds}),
		"applies":    words("CEL: whom it is about. Where it is false the rule is not applicable. Left out: everyone."),
		"pass":       words("CEL: what is asked. True passes, false fails, unknown stays unknown."),
		"say":        words("A template: the decisive values in words, on one line."),
		"why":        words("What can happen where it is not so."),
		"note":       words("Where others judge otherwise, and what the rule does not look at."),
		"fix":        fixSchema(),
		"references": schema{"type": "array", "items": schema{"type": "string", "pattern": "^https://"}},
		"params":     paramsSchema(),
		"assumes":    about("What it rests on and nobody has verified, a sentence each.", schema{"type": "array", "items": schema{"type": "string", "pattern": `\.\s*$`}}),
		"examples":   schema{"type": "array"},
	}
}

func kindChoices() []any {
	var all []any
	for _, k := range kinds {
		all = append(all, about(k.doc+" In expressions: "+k.name+".", schema{"const": string(k.kind)}))
	}
	return all
}

func fixSchema() schema {
	text := func(doc string) schema { return about(doc, schema{"type": "string"}) }
	return schema{"type": "object", "additionalProperties": false, "properties": schema{
		"cli":       text("A template: the command for one subject. Values bring their own quotes."),
		"terraform": text("A template: the same in Terraform."),
		"console":   text("A template: the same by clicking."),
		"undo":      text("A template: the command that takes it back."),
		"source":    text("A template: where the setting comes from, to be changed there first."),
		"sets":      about("What the fix changes: field to value. With it, an example that fails has to pass.", schema{"type": "object"}),
	}}
}

func paramsSchema() schema {
	doc := about("What it decides, in a sentence.", schema{"type": "string", "pattern": `\.\s*$`})
	one := func(required []string, properties schema) schema {
		properties["doc"] = doc
		return schema{"type": "object", "properties": properties, "required": append(required, "is", "doc"), "additionalProperties": false}
	}
	return about("What an organisation may set otherwise. Expressions ask for params.name.", schema{
		"type":          "object",
		"propertyNames": schema{"pattern": paramShape.String()},
		"additionalProperties": schema{"oneOf": []any{
			one([]string{"least", "most"}, schema{"is": schema{"type": "integer"}, "least": schema{"type": "integer"}, "most": schema{"type": "integer"}}),
			one(nil, schema{"is": schema{"type": "boolean"}}),
			one([]string{"one_of"}, schema{"is": schema{"type": "string"}, "one_of": schema{"type": "array", "items": schema{"type": "string"}}}),
		}},
	})
}

// exampleSchema is an example about the kind.
func (k *kind) exampleSchema() schema {
	return schema{"type": "object", "additionalProperties": false, "required": []string{"name", "want", k.name}, "properties": schema{
		"name": about("What is special about it, in a few words.", schema{"type": "string", "minLength": 1}),
		"want": schema{"enum": []string{"pass", "fail", "unknown", "not_applicable"}},
		"say":  about("If given: what the rule's say must read.", schema{"type": "string"}),
		k.name: refTo(string(k.kind)),
	}}
}

// schema is a subject's facts: nested, or a field's whole dotted name at once. A
// fix may set a field to an expression about parameters.
func (k *kind) schema(sets bool) schema {
	root := about(k.doc, schema{"type": "object", "properties": schema{}, "additionalProperties": false})
	for _, f := range k.fields {
		at := root["properties"].(schema)
		at[f.name] = f.schema(sets)
		parts := strings.Split(f.name, ".")
		for _, part := range parts[:len(parts)-1] {
			inner, ok := at[part].(schema)
			if !ok {
				inner = schema{"type": "object", "properties": schema{}, "additionalProperties": false}
				at[part] = inner
			}
			at = inner["properties"].(schema)
		}
		at[f.last()] = f.schema(sets)
	}
	return root
}

func (f *field) schema(sets bool) schema {
	if f.item == nil && sets {
		return about(f.doc, schema{"anyOf": []any{f.scalar(), schema{"type": "string", "pattern": alone.String()}}})
	}
	if f.item == nil {
		return about(f.doc, f.scalar())
	}
	elem := schema{"gap": about("A place where nobody could look, instead of an element: true, or the cause in a word.", schema{"type": []string{"boolean", "string"}})}
	for _, e := range f.item.fields {
		elem[e.name] = about(e.doc, e.scalar())
	}
	return about(f.doc, schema{"type": "array", "items": schema{"type": "object", "properties": elem, "additionalProperties": false}})
}

func (f *field) scalar() schema {
	if len(f.words) > 0 {
		return schema{"enum": f.words}
	}
	return schema{"type": map[string]string{"string": "string", "int": "integer", "bool": "boolean"}[f.typ.String()]}
}
