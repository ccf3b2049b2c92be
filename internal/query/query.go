// Package query is the filter language of every list: one grammar for pages,
// the API and exports.
//
//	is:open severity:critical,high -provider:gcp account:payments* first-seen:<7d "web tier"
//
// It parses and prints. It knows no SQL and looks nothing up; what a key means
// is said by whoever answers the query.
package query

import "time"

// Limits of a query. They bound what a database is asked, not what people want
// to say.
const (
	MaxLength = 2000 // bytes
	MaxTerms  = 40   // terms and words together
	MaxValues = 100  // values of all terms together
)

// An Op compares a value with what stands in a list.
type Op string

// The comparisons. Is is equality.
const (
	Is      Op = ""
	Less    Op = "<"
	AtMost  Op = "<="
	More    Op = ">"
	AtLeast Op = ">="
)

// A Value is one of the values of a term.
//
// For keys of type Time, Op and Time are worked out so that nobody need know of
// ages and days: what stands in the list is compared with Time by Op, and Is
// means from Time until before Until. It follows, for 22 November 2026, noon:
//
//	first-seen:<7d           More     15 November, noon      younger than seven days
//	first-seen:>=7d          AtMost   15 November, noon      seven days old or older
//	first-seen:<2026-11-01   Less     1 November, 00:00      before that day
//	first-seen:<=2026-11-01  Less     2 November, 00:00      that day or before
//	first-seen:>2026-11-01   AtLeast  2 November, 00:00      after that day
//	first-seen:>=2026-11-01  AtLeast  1 November, 00:00      that day or after
//	first-seen:2026-11-01    Is       1 to 2 November, 00:00 on that day
//	due:<7d                  Is       now to 29 November     within the next seven days
//	due:>7d                  More     29 November, noon      later than that
//
// Days are days of UTC. What has no time at all meets no comparison.
type Value struct {
	Op     Op
	Asked  Op            // as it was written; Op is the same but for keys of type Time
	Text   string        // as it was written, without quotes, operator and star; words of closed lists in lower case
	Prefix bool          // it was written with a star at its end
	Age    time.Duration // of an age, such as 7d, for keys of type Time
	Time   time.Time     // the moment meant, for keys of type Time, in UTC
	Until  time.Time     // where Op is Is, for keys of type Time: the first moment that is no longer meant
	Number int           // for keys of type Number
}

// A Term is key:value,value or -key:value. A negated term lets through all that
// the term without the sign does not, what has no value for the key included.
type Term struct {
	Key    string
	Not    bool
	Values []Value
}

// A Query is all that a reader asks for. Different terms are joined by and,
// the values of one term by or; each word must be found.
type Query struct {
	Terms []Term
	Words []string
}

// A Type says what values a key takes.
type Type int

// The types.
const (
	Text   Type = iota // any text; a star at its end makes it a prefix
	Word               // one of a closed list
	Number             // a whole number, comparable
	Time               // an age or a date, comparable
)

// A Field is one key of a list.
type Field struct {
	Key   string
	Type  Type
	Words []string // of a closed list
	Help  string   // one line for the help page and the API's document
	Once  bool     // the key may stand in a query once only
	Ahead bool     // of type Time: it lies in the future, so that an age counts from now on
}

// Fields are the keys of one list.
type Fields []Field

// Find gives the field of a key.
func (f Fields) Find(key string) (Field, bool) {
	for _, field := range f {
		if field.Key == key {
			return field, true
		}
	}
	return Field{}, false
}

// Keys are the keys, in order.
func (f Fields) Keys() []string {
	keys := make([]string, len(f))
	for i, field := range f {
		keys[i] = field.Key
	}
	return keys
}

// Takes says what may stand behind the key, as the end of a sentence: "one of
// critical, high or low".
func (f Field) Takes() string {
	switch f.Type {
	case Word:
		return alternatives(f.Words)
	case Number:
		return "a whole number such as 70, or a comparison such as >=70"
	case Time:
		if f.Ahead {
			return "a time from now such as <7d, or a date such as 2026-11-01 or <2026-11-01"
		}
		return "an age such as <7d or >12w, or a date such as 2026-11-01 or <2026-11-01"
	default:
		return "text, or the beginning of a text with a star, such as web*"
	}
}
