package sim

import (
	"slices"
	"sync"
	"time"
)

// A Watch is what would notice misuse in a region, and what keeps its things.
// It is read by View and changed by Change only, once the estate is served.
type Watch struct {
	mu   sync.RWMutex
	Case string

	Detectors []Detector
	Analyzers []Analyzer
	Recorders []Recorder
	Alarms    []Alarm
	Filters   []MetricFilter
	Vaults    []Vault
	Clusters  []Cluster
}

// A Detector is GuardDuty's.
type Detector struct {
	ID      string
	Enabled bool
	Made    time.Time
}

// An Analyzer is Access Analyzer's. Status is ACTIVE, CREATING, DISABLED or
// FAILED; type is ACCOUNT, ACCOUNT_UNUSED_ACCESS or ORGANIZATION.
type Analyzer struct {
	Name, Status, Type string
	Made               time.Time
}

// A Recorder is Config's.
type Recorder struct {
	Name      string
	Recording bool
	Status    string // of the last delivery: SUCCESS, PENDING, FAILURE
	Started   time.Time
}

// An Alarm is CloudWatch's. One about several metrics names them in Of.
type Alarm struct {
	Name, Namespace, Metric string
	Of                      []Metric     // of a metric-math alarm; then Metric is ""
	Queries                 []AlarmQuery // of an alarm on a query; then both are empty
	Threshold               float64
	Comparison              string // "" is GreaterThanThreshold
	Actions                 []string
	ActionsEnabled          bool
	State                   string // OK, ALARM, INSUFFICIENT_DATA
}

// An AlarmQuery is one expression that an alarm is about.
type AlarmQuery struct {
	ID, Expression string
	Period         int
	Returned       bool
}

// A Metric is a metric by name.
type Metric struct{ Namespace, Name string }

// A MetricFilter is one of CloudWatch Logs: what fits the pattern counts as a
// metric.
type MetricFilter struct{ Name, LogGroup, Pattern, Namespace, Metric string }

// Replaces says that another filter is of the same name in the same log group.
func (f MetricFilter) Replaces(o MetricFilter) bool {
	return f.Name == o.Name && f.LogGroup == o.LogGroup
}

// A Vault holds backups. Key is the ARN of the key that it is encrypted with.
type Vault struct {
	Name, Key string
	Locked    bool
	Points    int
	Made      time.Time
}

// A Cluster is one of ECS, with the instances that run its containers.
type Cluster struct {
	Name      string
	Instances []ContainerInstance
}

// A ContainerInstance is an instance that a cluster uses.
type ContainerInstance struct {
	ID        string // of the container instance
	Instance  string // "i-…"
	Status    string // ACTIVE, DRAINING
	Connected bool
}

// A Trail is one of CloudTrail. A trail of every region is seen from each.
type Trail struct {
	Name, Home            string
	MultiRegion, Global   bool
	Validated, Logging    bool
	Organisation          bool
	Selectors             []Selector // the older kind
	AdvancedCategories    []string   // of the newer kind, "Management", "Data"; nil is the older
	AdvancedReadOnly      string     // "true" or "false" where such a selector narrows, "" where not
	AdvancedExcludedEvent string     // a source that is left out, "" for none
	LogGroup              string     // that it writes to, "" for none
}

// A Selector says what a trail records. Reads is All, ReadOnly or WriteOnly.
type Selector struct {
	Reads      string
	Management bool
	Excluded   []string
}

// View calls a function while nothing can change.
func (w *Watch) View(see func(*Watch)) {
	w.mu.RLock()
	defer w.mu.RUnlock()
	see(w)
}

// Change calls a function that may change it.
func (w *Watch) Change(change func(*Watch)) {
	w.mu.Lock()
	defer w.mu.Unlock()
	change(w)
}

// clone is a copy for another day.
func (w *Watch) clone() *Watch {
	w.mu.RLock()
	defer w.mu.RUnlock()
	return &Watch{
		Case: w.Case, Detectors: slices.Clone(w.Detectors), Analyzers: slices.Clone(w.Analyzers), Recorders: slices.Clone(w.Recorders), Alarms: slices.Clone(w.Alarms),
		Filters: slices.Clone(w.Filters), Vaults: slices.Clone(w.Vaults), Clusters: slices.Clone(w.Clusters),
	}
}

// Watch is what would notice misuse in the region.
func (r *Region) Watch() *Watch { return r.watch }
