package postgres

import (
	"context"
	"slices"
	"strings"
	"unicode"

	"github.com/jackc/pgx/v5"
)

// A named is what a subject is called.
type named struct {
	name, id string
	also     []string // found as they are: uids, ids and names of members
}

// name notes that a subject is new or has a new name.
func (m *moves) name(uid, name, id string) {
	if m.words == nil {
		m.words = map[string]named{}
	}
	m.words[uid] = named{name: name, id: id}
}

// The lengths of words, and how many of them one name gives. What is longer is
// found by its beginning.
const (
	longestWord = 200 // runes
	mostWords   = 16
)

// wordsOf are the words that a subject is found by: name, id and uid as they
// are, and what follows wherever a word begins in the name, the id, and the last
// part of the uid. "web-tier-7" is found by web, tier-7 and 7.
func wordsOf(uid string, n named) []string {
	last := uid
	if i := strings.LastIndexAny(uid, "/"); i >= 0 {
		last = uid[i+1:]
	} else if i := strings.LastIndexAny(uid, ":"); i >= 0 {
		last = uid[i+1:]
	}
	all := []string{wordOf(uid)}
	for _, s := range []string{n.name, n.id, last} {
		all = append(all, tails(wordOf(s))...)
	}
	for _, s := range n.also {
		all = append(all, wordOf(s))
	}
	slices.Sort(all)
	all = slices.Compact(all)
	if len(all) > 0 && all[0] == "" {
		all = all[1:]
	}
	return all
}

// wordOf is a text as words are compared.
func wordOf(s string) string {
	s = strings.Join(strings.Fields(strings.ToLower(clean(s))), " ")
	if r := []rune(s); len(r) > longestWord {
		return string(r[:longestWord])
	}
	return s
}

// tails are a text from each beginning of a word on.
func tails(s string) (all []string) {
	inWord := false
	for i, r := range s {
		is := unicode.IsLetter(r) || unicode.IsDigit(r)
		if (i == 0 || is && !inWord) && len(all) < mostWords {
			all = append(all, s[i:])
		}
		inWord = is
	}
	return all
}

// upTo is the end of the words that begin with a prefix, themselves excluded:
// no text goes beyond the largest character.
func upTo(prefix string) string { return prefix + "\U0010FFFF" }

// writeWords puts the words of subjects in the place of those they had.
func writeWords(ctx context.Context, tx pgx.Tx, account int64, all map[string]named) error {
	if len(all) == 0 {
		return nil
	}
	uids := make([]string, 0, len(all))
	for uid := range all {
		uids = append(uids, uid)
	}
	slices.Sort(uids) // two who write the same subject wait for each other instead of blocking
	var of, words []string
	for _, uid := range uids {
		for _, w := range wordsOf(uid, all[uid]) {
			of, words = append(of, uid), append(words, w)
		}
	}
	var b pgx.Batch
	b.Queue(`
		delete from term t
		using (
			select t.uid, t.term
			from unnest($2::text[]) as o (uid)
			cross join lateral (select uid, term from term where account_id = $1 and uid = o.uid offset 0) t
			where not exists (select from unnest($3::text[], $4::text[]) as n (uid, term) where n.uid = t.uid and n.term = t.term)) old
		where t.account_id = $1 and t.uid = old.uid and t.term = old.term`, account, uids, of, words)
	b.Queue(`
		insert into term (account_id, uid, term)
		select $1, *
		from unnest($2::text[], $3::text[])
		on conflict do nothing`, account, of, words)
	return tx.SendBatch(ctx, &b).Close()
}

// recountWords writes the words of every finding's subject anew, as the
// inventory names it, or else the finding that moved last.
func recountWords(ctx context.Context, tx pgx.Tx) error {
	rows, err := tx.Query(ctx, `
		select distinct on (f.account_id, f.uid) f.account_id, f.uid, coalesce(w.name, f.name), coalesce(w.id, f.id), m.also
		from finding f
		left join workload w on w.account_id = f.account_id and w.region = f.region and w.uid = f.uid
		left join lateral (
			select array_agg(s.word) as also
			from (
				select unnest(array[uid, id, name]) as word
				from member
				where account_id = f.account_id and region = f.region and group_uid = f.uid
				limit $1) s) m on true
		order by f.account_id, f.uid, f.changed_at desc, f.number desc`, 3*mostNamed)
	if err != nil {
		return err
	}
	of := map[int64]map[string]named{}
	var account int64
	var uid string
	var n named
	if _, err := pgx.ForEachRow(rows, []any{&account, &uid, &n.name, &n.id, &n.also}, func() error {
		if of[account] == nil {
			of[account] = map[string]named{}
		}
		of[account][uid], n.also = n, nil
		return nil
	}); err != nil {
		return err
	}
	var lines [][]any
	for account, subjects := range of {
		for uid, n := range subjects {
			for _, w := range wordsOf(uid, n) {
				lines = append(lines, []any{account, uid, w})
			}
		}
	}
	return copyRows(ctx, tx, "term", []string{"account_id", "uid", "term"}, len(lines), func(i int) []any { return lines[i] })
}
