// Package cloud says what every collector does: ask, and write down how each
// question ended.
//
// It decides nothing about what was answered. Only a provider's own package
// below this one imports that provider's SDK.
package cloud

import (
	"context"

	"plumbline/internal/snapshot"
)

// A Sink takes what a collector was told. It is safe for concurrent use. An
// error from it ends the collection; it is never taken for a refusal.
type Sink interface {
	// Answer notes how a question ended. It comes after the question's pages,
	// except that of a question about each page of workloads it is told before
	// the page how it stands so far. The last answer to a question is the one
	// that counts.
	Answer(context.Context, snapshot.Answer) error
	// Resources takes the documents of one page. They, and the bytes in them,
	// are valid only until it returns.
	Resources(context.Context, []snapshot.Resource) error
}

// A Part is a unit of the questions of a scan. Units are asked apart, by
// different processes if need be.
type Part string

// The parts of a scan.
const (
	PartAccount   Part = "account"   // who we are, and which regions there are
	PartNetwork   Part = "network"   // of one region: everything but its workloads
	PartWorkloads Part = "workloads" // of one region
)

// A Collector asks one account of one cloud. A refusal is not an error: it is
// an answer, and is written to the sink. The error that a method returns means
// that the scan as a whole is void: the login is not accepted, the scan was
// cancelled, the sink failed.
type Collector interface {
	// Scope says whom the credentials speak for. Region is snapshot.Global.
	Scope() snapshot.Scope

	// Account asks who we are and which regions there are. It returns those
	// that are to be asked, sorted; of those left out it writes down that they
	// were.
	Account(context.Context, Sink) (regions []string, err error)
	// Ask asks one part of one region. It needs no earlier call: what a region
	// is asked depends on nothing but the collector's options. PartAccount is
	// no part of a region, and an error.
	Ask(ctx context.Context, sink Sink, part Part, region string) error

	// Context asks for everything that is not a workload: the account, then
	// PartNetwork of each region. It comes first.
	Context(context.Context, Sink) error
	// Workloads asks for the workloads of the regions that Context found, many
	// at once.
	Workloads(context.Context, Sink) error
}

// A Tester is a collector whose rights can be tried before a scan.
type Tester interface {
	Collector
	// Who says whom the credentials speak for, in the provider's own words: the
	// account, and the identity that asks there.
	Who() (account, principal string)
	// Try sends one small request for each call that a scan makes, to one region
	// where a call is regional, and says how each ended: Complete means that the
	// call was answered, and no more. A refusal is an answer here too. The error
	// says what voids a scan as well: a region that does not exist, or that the
	// trial was stopped.
	Try(context.Context) ([]snapshot.Answer, error)
}
