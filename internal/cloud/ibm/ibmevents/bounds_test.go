package ibmevents_test

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"strings"
	"testing"

	"plumbline/internal/cloud/ibm/ibmevents"
	"plumbline/internal/problem"
)

// What is larger than any event is not kept while it is read, and then the file
// covers nothing.
func TestWhatIsLargerThanAnyEventIsNotUnderstood(t *testing.T) {
	t.Parallel()
	one := asked(at(3, 1), read, server("us-south-1", web))
	var b strings.Builder
	for i := range 1001 {
		fmt.Fprintf(&b, `"m%d":1,`, i)
	}
	many, long := b.String(), strings.Repeat("x", 1<<20)
	in := func(more string) string { return "{" + more + strings.TrimPrefix(one, "{") }
	for about, c := range map[string]struct{ file, says string }{
		"an object of many members":         {one + "\n{" + many + `"a":1}`, "too many members"},
		"a row of many members":             {`[` + one + `,{` + many + `"a":1}]`, "too many members"},
		"an event of many within a row":     {`[` + one + `,{"user_data":` + in(many) + `}]`, "no event"},
		"an event of many as text":          {fmt.Sprintf("%s\n{\"user_data\":%q}", one, in(many)), "no event"},
		"a warning of many members":         {one + "\n{\"warning\":{" + many + `"a":1}}`, "no event"},
		"an event with a long member":       {one + "\n" + in(`"requestData":"`+long+`",`), "too long"},
		"a long row of an array on a line":  {one + "\n[" + one + "," + in(`"requestData":"`+long+`",`) + "]", "too long"},
		"a long row of an array":            {"[" + one + "," + in(`"requestData":"`+long+`",`) + "]", "too long"},
		"a line that is no answer and long": {one + "\n" + strings.Repeat(" ", 16<<20) + one, "the line is too long"},
	} {
		t.Run(about, func(t *testing.T) {
			t.Parallel()
			s := sum(t, days(3, 3), c.file)
			if s.Unread != 1 || !strings.Contains(s.Places[0].Why, c.says) || len(s.Covers) > 0 {
				t.Errorf("%d not understood, %v, covers %v", s.Unread, s.Places, s.Covers)
			}
		})
	}
}

// An export may be one line, however many events there are.
func TestALongLineOfManyEventsIsRead(t *testing.T) {
	t.Parallel()
	one := asked(at(3, 1), read, server("us-south-1", web))
	rows := strings.Repeat(one+",", 5000) + one
	for about, file := range map[string]string{
		"an array": "[" + rows + "]", "an array after a line": "\n" + one + "\n[" + rows + "]", "an answer to a query": `data: {"result":{"results":[` + rows + `]}}`,
	} {
		if s := sum(t, days(3, 3), file); s.Events < 5001 || s.Unread > 0 || len(s.Covers) != 1 {
			t.Errorf("%s of %d bytes: %d events, %d not understood, covers %v", about, len(file), s.Events, s.Unread, s.Covers)
		}
	}
}

func TestAFileThatNamesManyRegions(t *testing.T) {
	t.Parallel()
	lines := func(n int, line func(region string) string) string {
		var all []string
		for i := range n {
			all = append(all, line(fmt.Sprintf("aa-b%d", i)))
		}
		return strings.Join(all, "\n")
	}
	for about, line := range map[string]func(string) string{
		"of events":  func(region string) string { return other(at(3, 1), "is.vpc.vpc.read", region) },
		"of servers": func(region string) string { return asked(at(3, 1), read, server(region, web)) },
	} {
		for n, refused := range map[int]bool{90: false, 101: true} {
			err := ibmevents.New(account, ibmevents.Claim{}, now).Read("", strings.NewReader(lines(n, line)))
			if problem.Is(err, problem.Invalid) != refused || refused && !strings.Contains(err.Error(), "more than 100 regions") {
				t.Errorf("%d regions %s: %v", n, about, err)
			}
		}
	}
}

// The id of a server is kept and shown: it is one of theirs, or none.
func TestIdsAreMadeAsThoseOfIBMCloud(t *testing.T) {
	t.Parallel()
	fine := asked(at(3, 1), read, server("us-south-1", web))
	login := func(id string) string {
		return strings.Replace(asked(at(3, 1), "iam-identity.computeresource-token.login", server("us-south-1", id)), `"target":{"id":"crn:v1:bluemix:public:is`, `"target":{"id":"crn:v1:bluemix:public:iam-identity`, 1)
	}
	for about, c := range map[string]struct {
		event  string
		unread int64
	}{
		"one of today":                      {asked(at(3, 1), read, server("us-south-1", db)), 0},
		"the longest":                       {asked(at(3, 1), read, server("us-south-1", strings.Repeat("a", 100))), 0},
		"one more":                          {asked(at(3, 1), read, server("us-south-1", strings.Repeat("a", 101))), 1},
		"a tag of HTML":                     {asked(at(3, 1), read, server("us-south-1", "<b>")), 1},
		"another alphabet":                  {asked(at(3, 1), read, server("us-south-1", "ä")), 1},
		"with more behind it":               {asked(at(3, 1), read, server("us-south-1", "0717_a:b")), 1},
		"none":                              {asked(at(3, 1), read, server("us-south-1", "")), 1},
		"a server acts":                     {login(db), 0},
		"a server acts that has no such id": {login("<b>"), 1},
		"an account that is short":          {strings.ReplaceAll(fine, account, "ffff"), 1},
		"an account that is long":           {strings.ReplaceAll(fine, account, account+"0"), 1},
		"an account of other letters":       {strings.ReplaceAll(fine, account, "g"+account[1:]), 1},
	} {
		s := sum(t, days(3, 3), fine+"\n"+c.event)
		if s.Unread != c.unread || len(s.Covers) != 1-int(c.unread) {
			t.Errorf("%s: %d not understood %v, covers %v", about, s.Unread, s.Places, s.Covers)
		}
	}
}

func TestAPackedFileThatIsBroken(t *testing.T) {
	t.Parallel()
	var packed bytes.Buffer
	z := gzip.NewWriter(&packed)
	if _, err := z.Write([]byte(asked(at(3, 1), read, server("us-south-1", web)))); err != nil || z.Close() != nil {
		t.Fatal(err)
	}
	for at, flip := range map[int]byte{10: 0x06, packed.Len() - 8: 0xff} { // a block of no kind; a sum that is wrong
		broken := bytes.Clone(packed.Bytes())
		broken[at] |= flip
		if err := ibmevents.New(account, ibmevents.Claim{}, now).Read("", bytes.NewReader(broken)); !problem.Is(err, problem.Invalid) || !strings.Contains(err.Error(), "cannot be unpacked") {
			t.Errorf("byte %d: %v", at, err)
		}
	}
}
