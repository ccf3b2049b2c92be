// Package reach works out which packets pass: sets of addresses, ports and
// protocols in both families, what gates leave of them, and the words that tell
// it.
//
// It is exact: a set is a set, never a sample. It knows no provider; the order
// in which a provider's gates decide stands in the provider's fact package.
package reach
