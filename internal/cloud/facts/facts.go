// Package facts wires the providers' fact readers, so that whoever judges need
// not know the providers, and never compiles a cloud SDK.
//
// It reads nothing itself.
package facts

import (
	_ "embed"

	"plumbline/internal/cloud/aws/awsfact"
	"plumbline/internal/cloud/ibm/ibmfact"
	"plumbline/internal/judge"
	"plumbline/internal/snapshot"
	"plumbline/internal/wire"
)

// A provider is what can be thought of its documents.
type provider struct {
	facts    func() judge.Facts
	belongs  func(*snapshot.Resource, *wire.Reader) error
	examples [][]byte // recordings
}

// In these recordings together every rule speaks, and every call that a rule
// rests on tells something, see trial.Silences. The laws are proved on them.
var (
	//go:embed testdata/aws/example.ndjson
	awsExample []byte
	//go:embed testdata/aws/demo.ndjson
	awsDemo []byte
	//go:embed testdata/aws/guarded.ndjson
	awsGuarded []byte
	//go:embed testdata/aws/alone.ndjson
	awsAlone []byte
	//go:embed testdata/ibm/demo.ndjson
	ibmDemo []byte
	//go:embed testdata/ibm/corners.ndjson
	ibmCorners []byte
	//go:embed testdata/ibm/claim-rule-of-the-resource-group-by-name.ndjson
	ibmGroupByName []byte
	//go:embed testdata/ibm/claim-rule-of-the-instance-group.ndjson
	ibmInstanceGroup []byte
	//go:embed testdata/ibm/linked-and-a-member-of-a-group.ndjson
	ibmMember []byte
	//go:embed testdata/ibm/linked-with-a-role-of-the-accounts-own.ndjson
	ibmOwnRole []byte
)

// providers: one line for each.
var providers = map[string]provider{
	"aws": {func() judge.Facts { return awsfact.New() }, awsfact.Belongs, [][]byte{awsExample, awsDemo, awsGuarded, awsAlone}},
	"ibm": {func() judge.Facts { return ibmfact.New() }, ibmfact.Belongs, [][]byte{ibmDemo, ibmCorners, ibmGroupByName, ibmInstanceGroup, ibmMember, ibmOwnRole}},
}

// For makes a reader of a provider's documents; nil for an unknown provider.
// A reader serves one goroutine.
func For(provider string) judge.Facts {
	if m := providers[provider].facts; m != nil {
		return m()
	}
	return nil
}

// Maker gives the function that makes readers, for scan.Engine.
func Maker(provider string) func() judge.Facts { return providers[provider].facts }

// Belongs gives what finds fault with a resource of a recording, see
// recording.Reader; nil for an unknown provider. It serves one goroutine.
func Belongs(provider string) func(*snapshot.Resource) error {
	f := providers[provider].belongs
	if f == nil {
		return nil
	}
	var rd wire.Reader
	return func(r *snapshot.Resource) error { return f(r, &rd) }
}

// Examples gives recordings of simulated accounts in which every rule about the
// provider has something to judge; none for an unknown provider. They are
// shared, and not to be changed.
func Examples(provider string) [][]byte { return providers[provider].examples }
