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
	// Answer notes how a question ended. It comes after the question's pages.
	Answer(context.Context, snapshot.Answer) error
	// Resources takes the documents of one page. They, and the bytes in them,
	// are valid only until it returns.
	Resources(context.Context, []snapshot.Resource) error
}

// A Collector asks one account of one cloud. A refusal is not an error: it is
// an answer, and is written to the sink. The error that a method returns means
// that the scan as a whole is void: the login is not accepted, the scan was
// cancelled, the sink failed.
type Collector interface {
	// Scope says whom the credentials speak for. Region is snapshot.Global.
	Scope() snapshot.Scope
	// Context asks for everything that is not a workload. It comes first.
	Context(context.Context, Sink) error
	// Workloads asks for the workloads, many pages at once.
	Workloads(context.Context, Sink) error
}
