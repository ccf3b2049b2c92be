// Package facts wires the providers' fact readers, so that whoever judges need
// not know the providers, and never compiles a cloud SDK.
//
// It reads nothing itself.
package facts

import (
	"plumbline/internal/cloud/aws/awsfact"
	"plumbline/internal/judge"
)

// makers by provider: one line for each.
var makers = map[string]func() judge.Facts{
	"aws": func() judge.Facts { return awsfact.New() },
}

// For makes a reader of a provider's documents; nil for an unknown provider.
// A reader serves one goroutine.
func For(provider string) judge.Facts {
	if m := makers[provider]; m != nil {
		return m()
	}
	return nil
}

// Maker gives the function that makes readers, for scan.Engine.
func Maker(provider string) func() judge.Facts { return makers[provider] }
