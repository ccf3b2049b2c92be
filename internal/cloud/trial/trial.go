package trial

import (
	"plumbline/internal/rule"
	"plumbline/internal/snapshot"
)

// A Result is how one call of a trial ended.
type Result struct {
	snapshot.Answer
	Rules []string // those that fall silent; none where the call was answered
	Fix   string   // what to do, in a sentence or two; "" where nothing is wrong
}

// Read says of the answers of a provider's trial what they cost. The order
// stays.
func Read(set *rule.Set, provider string, answers []snapshot.Answer) ([]Result, error) {
	silent, err := Silences(set, provider)
	if err != nil {
		return nil, err
	}
	results := make([]Result, 0, len(answers))
	for _, a := range answers {
		r := Result{Answer: a}
		if !a.Whole() {
			r.Rules, r.Fix = silent[a.Call], providers[provider].fix(a)
		}
		results = append(results, r)
	}
	return results, nil
}
