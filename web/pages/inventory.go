package pages

import "plumbline/web/parts"

// Inventory is the list of workloads.
type Inventory struct {
	Frame   parts.Frame
	Lead    string
	Views   []Link
	Bar     *Bar
	Problem *Problem
	Rows    []WorkloadRow
	Empty   *Empty
	Footer  string
	Earlier string
	Later   string
}

// A Chip is a part of a filter that is in force.
type Chip struct{ Key, Value, Drop string }

// A WorkloadRow is one workload in the list.
type WorkloadRow struct {
	Href, Name, ID  string
	Provider        string
	Account, Region string
	Type, State     string
	Metadata        State // endpoint and tokens
	Reach           State // from the internet
	Power           State // of its identity
	Severity        *parts.Severity
	Open, OpenHref  string
	NoData, Unknown string
}
