package postgres

import (
	"regexp"
	"strconv"

	"github.com/jackc/pgx/v5"

	"plumbline/internal/query"
)

// mostFound is up to how many subjects a word finds are looked up one by one.
// Beyond that a list is read in its order and each row asked for the word: it
// is frequent, so a page is soon full.
const mostFound = 5000

// subjectsFound are the subjects that a word finds.
type subjectsFound struct {
	accounts []int64
	uids     []string
	many     bool // more than mostFound; then they are not listed
}

// find looks a word up: whole, or as the beginning of one.
func (f *filter) find(word string, whole bool) (s subjectsFound, err error) {
	end := upTo(word)
	if whole {
		end = word + "\x01" // no word holds a control character in front of another letter
	}
	among, err := f.among()
	if err != nil {
		return s, err
	}
	rows, err := f.s.on(f.ctx).Query(f.ctx, `
		select distinct account_id, uid
		from term
		where account_id = any($1::bigint[]) and term >= $2 and term < $3
		limit $4`, lookUp, among, word, end, mostFound+1)
	if err != nil {
		return s, err
	}
	var account int64
	var uid string
	_, err = pgx.ForEachRow(rows, []any{&account, &uid}, func() error {
		s.accounts, s.uids = append(s.accounts, account), append(s.uids, uid)
		return nil
	})
	if len(s.uids) > mostFound {
		s = subjectsFound{many: true}
	}
	return s, err
}

// among are the accounts that are meant, named one by one: an index of words
// begins with the account.
func (f *filter) among() ([]int64, error) {
	if f.accounts != nil {
		return f.accounts, nil
	}
	all, err := f.s.names(f.ctx)
	ids := make([]int64, len(all))
	for i := range all {
		ids[i] = all[i].id
	}
	return ids, err
}

// numbersOf is a condition that holds for the findings of subjects, and of
// rules. It leaves the planner no choice but to look up each: what it knows of
// a table under row-level security is not enough to choose well.
func (f *filter) numbersOf(s subjectsFound, rules []string) string {
	of := `select o.number
			from unnest(` + f.arg(some(s.accounts)) + `::bigint[], ` + f.arg(some(s.uids)) + `::text[]) as u (account_id, uid)
			cross join lateral (select number from finding where account_id = u.account_id and uid = u.uid offset 0) o`
	if len(rules) > 0 {
		of += ` union select number from finding where rule = any(` + f.arg(rules) + `::text[])`
	}
	return "f.number = any(array(" + of + "))"
}

// numbersFound is numbersOf for subjects that are too many to be listed.
func (f *filter) numbersFound(word string, rules []string) (string, error) {
	among, err := f.among()
	of := `select o.number
			from (
				select distinct account_id, uid
				from term
				where account_id = any(` + f.arg(among) + `::bigint[]) and term >= ` + f.arg(word) + ` and term < ` + f.arg(upTo(word)) + `) u
			cross join lateral (select number from finding where account_id = u.account_id and uid = u.uid offset 0) o`
	if len(rules) > 0 {
		of += ` union select number from finding where rule = any(` + f.arg(rules) + `::text[])`
	}
	return "f.number = any(array(" + of + "))", err
}

// probe is a condition that asks each row for the word.
func (f *filter) probe(word string, rules []string) string {
	has := "exists (select from term t where t.account_id = f.account_id and t.uid = f.uid and t.term >= " + f.arg(word) + " and t.term < " + f.arg(upTo(word)) + " offset 0)"
	if len(rules) > 0 {
		has = "(f.rule = any(" + f.arg(rules) + "::text[]) or " + has + ")"
	}
	return has
}

// mostOfRules is up to how many findings of rules are looked up one by one.
const mostOfRules = 20_000

// ofRules counts the findings of rules.
func (f *filter) ofRules(rules []string) (n int, err error) {
	if len(rules) == 0 {
		return 0, nil
	}
	err = f.s.on(f.ctx).QueryRow(f.ctx, `select coalesce(sum(count), 0) from cube where rule = any($1)`, rules).Scan(&n)
	return n, err
}

var findingNumber = regexp.MustCompile(`^fnd-([0-9]{1,15})$`)

// findingWord asks for findings by a bare word: their number, their subject's
// words, or their rule's.
func findingWord(f *filter, word string) (string, error) { return f.word(word, false) }

// findingWordOfAll is findingWord where all that it finds are read, in whatever
// order.
func findingWordOfAll(f *filter, word string) (string, error) { return f.word(word, true) }

func (f *filter) word(word string, all bool) (string, error) {
	if m := findingNumber.FindStringSubmatch(word); m != nil {
		n, _ := strconv.ParseInt(m[1], 10, 64) // 15 digits fit
		return "f.number = " + f.arg(n), nil
	}
	var rules []string
	if f.s.RuleWords != nil {
		rules = f.s.RuleWords(word)
	}
	n, err := f.ofRules(rules)
	if err != nil {
		return "", err
	}
	found, err := f.find(word, false)
	if err != nil {
		return "", err
	}
	switch {
	case all && found.many:
		return f.numbersFound(word, rules)
	case !all && (found.many || n > mostOfRules):
		return f.probe(word, rules), nil
	}
	return f.numbersOf(found, rules), nil
}

// resource finds subjects by their whole name, id or uid, or by its beginning;
// and groups so by their members'.
func resource(f *filter, v query.Value) (string, error) {
	t := wordOf(v.Text)
	found, err := f.find(t, !v.Prefix)
	if err != nil {
		return "", err
	}
	p := f.arg(t)
	named := func(row string) string {
		if v.Prefix {
			return "(starts_with(lower(" + row + ".id), " + p + ") or starts_with(lower(" + row + ".name), " + p + ") or starts_with(lower(" + row + ".uid), " + p + "))"
		}
		return p + " in (lower(" + row + ".id), lower(" + row + ".name), lower(" + row + ".uid))"
	}
	is := "(" + named("f") + " or exists (select from member m where m.account_id = f.account_id and m.region = f.region and m.group_uid = f.uid" +
		" and m.rule = f.rule and " + named("m") + "))"
	if found.many {
		return is, nil
	}
	return "(" + f.numbersOf(found, nil) + " and " + is + ")", nil
}
