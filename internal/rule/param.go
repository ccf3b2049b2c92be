package rule

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"cel.dev/cel-go/cel"
	"cel.dev/cel-go/common/types"
	"cel.dev/cel-go/common/types/ref"
)

// A Param is a value that a rule's file gives and an organisation may set
// otherwise. Expressions read it as params.max_age_days.
type Param struct {
	Name    string // "max_age_days"
	Doc     string // what it decides, in a sentence
	Type    ParamType
	Is      string   // the value that holds, as text: "90", "true", a word
	Default string   // the file's
	Least   int64    // of a number: the smallest that may be set
	Most    int64    // of a number: the largest
	OneOf   []string // of a word: those that may be set
}

// A ParamType is what a parameter's value can be.
type ParamType string

// The types of parameters.
const (
	ParamNumber ParamType = "number" // a whole number
	ParamYes    ParamType = "yes_no" // true or false
	ParamWord   ParamType = "word"   // one of a closed list
)

// Check says why a text cannot be the parameter's value; nil if it can.
func (p *Param) Check(text string) error {
	switch p.Type {
	case ParamNumber:
		n, err := strconv.ParseInt(text, 10, 64)
		if err != nil || strconv.FormatInt(n, 10) != text {
			return fmt.Errorf("want a whole number from %d to %d, have '%s'", p.Least, p.Most, text)
		}
		if n < p.Least || n > p.Most {
			return fmt.Errorf("want %d to %d, have %d", p.Least, p.Most, n)
		}
	case ParamYes:
		if text != "true" && text != "false" {
			return fmt.Errorf("want true or false, have '%s'", text)
		}
	case ParamWord:
		if !slices.Contains(p.OneOf, text) {
			return fmt.Errorf("want one of %s, have '%s'%s", strings.Join(p.OneOf, ", "), text, didYouMean(text, p.OneOf))
		}
	default:
		return errors.New("it has no type")
	}
	return nil
}

// value is the one that holds, as CEL has it.
func (p *Param) value() (*cel.Type, ref.Val) {
	switch v := p.native().(type) {
	case int64:
		return cel.IntType, types.Int(v)
	case bool:
		return cel.BoolType, types.Bool(v)
	}
	return cel.StringType, types.String(p.Is)
}

// native is the value that holds, as YAML would have it.
func (p *Param) native() any {
	switch p.Type {
	case ParamNumber:
		n, _ := strconv.ParseInt(p.Is, 10, 64) // it was checked
		return n
	case ParamYes:
		return p.Is == "true"
	}
	return p.Is
}

func (r *Rule) param(name string) *Param {
	for i := range r.Params {
		if r.Params[i].Name == name {
			return &r.Params[i]
		}
	}
	return nil
}

func (r *Rule) paramNames() []string {
	var names []string
	for _, p := range r.Params {
		names = append(names, p.Name)
	}
	return names
}

// itsParams names them for somebody who named another.
func (r *Rule) itsParams() string {
	if len(r.Params) == 0 {
		return "it has none"
	}
	return "it has " + strings.Join(r.paramNames(), ", ")
}

// others are those values of a choice that may be set and are not the file's.
func (r *Rule) others(set map[string]string) map[string]string {
	other := map[string]string{}
	for name, text := range set {
		if p := r.param(name); p != nil && p.Check(text) == nil && text != p.Default {
			other[name] = text
		}
	}
	return other
}

// AsWritten is the rule with the values that its file gives to its parameters:
// the one that its examples speak of. It is the rule itself where no other
// values are set.
func (r *Rule) AsWritten() *Rule {
	if r.written != nil {
		return r.written
	}
	return r
}

// With is the rule with parameters set, the others as its file says. A parameter
// that it does not have, or a value that may not be set, is an error in words.
func (r *Rule) With(set map[string]string) (*Rule, error) {
	c := Choice{Params: map[string]map[string]string{r.ID: set}}
	if flaws := c.flaws(map[string]*Rule{r.ID: r}, false); len(flaws) > 0 {
		return nil, flaws
	}
	with, flaws := parseSet(r.File, []byte(r.Source), c.Params)
	if len(flaws) > 0 {
		return nil, flaws
	}
	with.Layer, with.Off = r.Layer, r.Off
	return with, nil
}

// versionWith is the version of a rule of whose file some parameters are set
// otherwise.
func versionWith(file []byte, set map[string]string) string {
	h := sha256.New()
	h.Write(file)
	for _, name := range slices.Sorted(maps.Keys(set)) {
		fmt.Fprintf(h, "\x00%s=%s", name, set[name])
	}
	return hex.EncodeToString(h.Sum(nil))[:12]
}
