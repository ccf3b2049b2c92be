package ibmevents_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"plumbline/internal/cloud/ibm/ibmevents"
	"plumbline/internal/house"
)

func TestClaimsThatCannotBe(t *testing.T) {
	t.Parallel()
	for about, c := range map[string]struct{ from, until, wrong, says string }{
		"half a period":     {"2026-11-01", "", "until", "or neither"},
		"the other half":    {"", "2026-11-01", "from", "or neither"},
		"backwards":         {"2026-11-02", "2026-10-31", "from until", "ends before it begins"},
		"nothing":           {"2026-11-02", "2026-11-02T00:00:00Z", "from until", "ends before it begins"},
		"in the future":     {"2026-11-02", "2026-11-23", "until", "has not come yet"},
		"as Germans do":     {"1.11.2026", "2026-11-20", "from", "neither a day"},
		"no day of a month": {"2026-11-31", "2026-11-20", "from", "neither a day"},
		"until no day":      {"2026-11-01", "yesterday", "until", "neither a day"},
		"a long text":       {strings.Repeat("x", 1000), "", "from", "\"" + strings.Repeat("x", 40) + "…\" is neither a day"},
	} {
		if got, err := ibmevents.ParseClaim(c.from, c.until, now); err == nil || !strings.Contains(err.Error(), c.says) || got != (ibmevents.Claim{}) {
			t.Errorf("%s: %v, %v", about, got, err)
		} else if e := (*ibmevents.ClaimError)(nil); !errors.As(err, &e) || e.From != strings.Contains(c.wrong, "from") || e.Until != strings.Contains(c.wrong, "until") {
			t.Errorf("%s: it blames %+v, want %s", about, e, c.wrong)
		}
	}
}

func TestAClaimIsReadAsPeopleTypeIt(t *testing.T) {
	t.Parallel()
	for about, c := range map[string]struct {
		from, until string
		want        ibmevents.Claim
	}{
		"days":                    {"2026-11-01", " 2026-11-20 ", days(1, 20)},
		"a day that is not over":  {"2026-11-01", "2026-11-22", days(1, 22)},
		"times":                   {"2026-11-01T02:00:00+02:00", "2026-11-20T00:00:00Z", days(1, 19)},
		"nothing that is claimed": {"", " ", ibmevents.Claim{}},
	} {
		if got, err := ibmevents.ParseClaim(c.from, c.until, now); err != nil || got != c.want {
			t.Errorf("%s: %v, %v", about, got, err)
		}
	}
}

func TestWhatFilesCover(t *testing.T) {
	t.Parallel()
	vpc := func(region string, times ...time.Time) string {
		var all []string
		for _, t := range times {
			all = append(all, other(t, "is.vpc.vpc.read", region))
		}
		return strings.Join(all, "\n")
	}
	probe := asked(at(5, 0), read, server("us-south-1", web))
	south := vpc("us-south", at(1, 0), at(19, 0)) + "\n" + probe
	array := func(lines string) string { return "[" + strings.ReplaceAll(lines, "\n", ",") + "]" }
	acts := fmt.Sprintf(`{"action":"is.vpc.vpc.list","eventTime":"2026-11-05T00:00:00Z","target":{"id":"crn:v1:bluemix:public:is:eu-de:a/%s::vpc:"},"initiator":{"id":"crn-%s"},"logSourceCRN":"crn:v1:bluemix:public:is:eu-de:a/%s:::"}`,
		account, server("us-south-1", web), account)
	query := `data: {"query_id":{"query_id":"764e"}}` + "\n"
	columns := fmt.Sprintf(`{"action":%q,"eventTime":"2026-11-05T00:00:00Z","target.id":%q}`, read, server("us-south-1", web))
	thousand := strings.Repeat(probe+"\n", 1000)
	whole := days(1, 20)
	for about, c := range map[string]struct {
		claim ibmevents.Claim
		files []string
		want  []house.Cover
		doubt string // "" for none
	}{
		"what was said":            {whole, []string{south}, []house.Cover{cover("us-south", day(1), day(21))}, ""},
		"and not what nobody said": {ibmevents.Claim{}, []string{south}, nil, "Nobody says of which days"},
		"in several files":         {whole, []string{vpc("us-south", at(1, 0)), vpc("us-south", at(19, 0)), probe}, []house.Cover{cover("us-south", day(1), day(21))}, ""},
		"of two regions one":       {whole, []string{south, vpc("eu-de", at(1, 0), at(19, 0))}, []house.Cover{cover("us-south", day(1), day(21))}, "eu-de is not covered: no request of any server"},

		"no server asks": {whole, []string{vpc("us-south", at(1, 0), at(19, 0))}, nil, "us-south is not covered: no request of any server to its metadata service is among its events"},
		"one asks before the days that were said":   {days(6, 20), []string{vpc("us-south", at(6, 0), at(19, 0)) + "\n" + probe}, nil, "no request of any server"},
		"a server acts elsewhere, and none asks":    {whole, []string{vpc("us-south", at(1, 0), at(19, 0)) + "\n" + strings.Replace(acts, "is.vpc.vpc.list", "iam-identity.computeresource-token.login", 1)}, nil, "no request of any server"},
		"a server acts in a region that is silent":  {whole, []string{south, acts}, []house.Cover{cover("us-south", day(1), day(21))}, "eu-de is not covered: its events begin on 2026-11-05"},
		"a server of a silent region acts":          {days(4, 6), []string{acts + "\n" + asked(at(5, 0), read, server("eu-de-1", db))}, []house.Cover{cover("eu-de", day(4), day(7))}, ""},
		"events that begin two days late":           {whole, []string{vpc("us-south", at(3, 0), at(19, 0)) + "\n" + probe}, []house.Cover{cover("us-south", day(1), day(21))}, ""},
		"events that begin later":                   {whole, []string{vpc("us-south", at(3, 1), at(19, 0)) + "\n" + probe}, nil, "its events begin on 2026-11-03, more than two days after"},
		"events that end two days early":            {days(1, 21), []string{vpc("us-south", at(1, 0), at(20, 0)) + "\n" + probe}, []house.Cover{cover("us-south", day(1), day(22))}, ""},
		"events that end earlier":                   {days(1, 21), []string{south}, nil, "its events end on 2026-11-19, more than two days before"},
		"events of other days":                      {days(10, 12), []string{south}, nil, "none of its events is of the days"},
		"events before and after, and not within":   {days(6, 15), []string{vpc("us-south", at(1, 0), at(10, 0), at(19, 0)) + "\n" + probe}, nil, "its events begin on 2026-11-10"},
		"a day that is not over":                    {days(1, 22), []string{south + "\n" + vpc("us-south", at(21, 9))}, []house.Cover{cover("us-south", day(1), at(21, 9))}, ""},
		"by a clock that is ahead":                  {days(1, 22), []string{south + "\n" + vpc("us-south", now.Add(time.Minute))}, []house.Cover{cover("us-south", day(1), now)}, ""},
		"a day that is not over, and stale events":  {days(1, 22), []string{south}, nil, "its events end on 2026-11-19"},
		"events of other services alone":            {whole, []string{other(at(1, 0), "kms.secrets.read", "us-south")}, nil, "no event of VPC infrastructure"},
		"no event":                                  {whole, []string{"", "\n"}, nil, "There is no event in file 1"},
		"no file":                                   {whole, nil, nil, "There is no event at all."},
		"an empty file among others":                {whole, []string{south, ""}, nil, "There is no event in file 2"},
		"an answer without a result among others":   {whole, []string{south, ": success\n" + query}, nil, "There is no event in file 2"},
		"an answer without a result before another": {whole, []string{query + query + south}, nil, "an array or the answer to a query that holds no event"},
		"an answer without a result after another":  {whole, []string{query + south + "\n" + query}, nil, "an array or the answer to a query that holds no event"},
		"an empty array before another":             {whole, []string{"[]\n" + array(south)}, nil, "an array or the answer to a query that holds no event"},
		"something was not understood":              {whole, []string{south, south + "\n{}"}, nil, "1 thing was not understood"},
		"the query remarks on its limit":            {whole, []string{south + "\n" + `data: {"warning":{"number_of_results_limit_warning":{"number_of_results_limit":12000}}}`}, nil, "number_of_results_limit"},
		"the query failed":                          {whole, []string{south + "\n" + `{"error":{"message":"rate limit","code":{"rate_limit_reached":{}}}}`}, nil, "rate limit"},
		"as many lines of Event Routing":            {whole, []string{south, thousand}, []house.Cover{cover("us-south", day(1), day(21))}, ""},
		"as many events as a limit lets through":    {whole, []string{south, query + thousand}, nil, "Exactly 1000 events stand together in file 2"},
		"so many server-sent events":                {whole, []string{south, strings.Repeat("data: "+probe+"\n", 1000)}, nil, "Exactly 1000 events stand together in file 2"},
		"so many rows of the archive":               {whole, []string{south, strings.Repeat(`{"src_obj__user_data":`+probe+"}\n", 1000)}, nil, "Exactly 1000 events stand together in file 2"},
		"so many rows with chosen columns":          {whole, []string{south, strings.Repeat(columns+"\n", 1000)}, nil, "Exactly 1000 events stand together in file 2"},
		"so many events printed for people":         {whole, []string{south, "{\n" + strings.TrimPrefix(thousand, "{")}, nil, "Exactly 1000 events stand together in file 2"},
		"an array of so many before another":        {whole, []string{array(strings.TrimSpace(thousand)) + "\n" + array(south)}, nil, "Exactly 1000 events stand together in file 1"},
		"an array of so many after another":         {whole, []string{array(south) + array(strings.TrimSpace(thousand))}, nil, "Exactly 1000 events"},
		"an array of so many on a line":             {whole, []string{south + "\n" + array(strings.TrimSpace(thousand))}, nil, "Exactly 1000 events"},
		"a query of so many before another":         {whole, []string{query + thousand + query + south}, nil, "Exactly 1000 events"},
		"a query of so many after another":          {whole, []string{query + south + "\n" + query + thousand}, nil, "Exactly 1000 events"},
		"so many in two queries":                    {whole, []string{south, query + thousand[:len(thousand)/2] + query + thousand[len(thousand)/2:]}, nil, "Exactly 1000 events"},
		"one less":                                  {whole, []string{query + south + "\n" + query + strings.Repeat(probe+"\n", 999)}, []house.Cover{cover("us-south", day(1), day(21))}, ""},
		"an array that is cut off":                  {whole, []string{strings.TrimSuffix(array(south), "]")}, nil, "not understood"},
		"an array in an array in an array, without": {whole, []string{"[" + strings.ReplaceAll(south, "\n", ",") + "," + strings.Repeat("[", 1000) + strings.Repeat("]", 1000) + "]"}, nil, "not understood"},
	} {
		t.Run(about, func(t *testing.T) {
			t.Parallel()
			s := sum(t, c.claim, c.files...)
			if d := cmp.Diff(c.want, s.Covers, cmpopts.EquateEmpty()); d != "" {
				t.Error(d)
			}
			if said := strings.Join(s.Doubts, " "); (c.doubt == "") != (said == "") || !strings.Contains(said, c.doubt) {
				t.Errorf("it doubts %q, want %q", said, c.doubt)
			}
		})
	}
}
