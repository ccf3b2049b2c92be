package sim

import (
	"slices"
	"time"
)

// Enabled says that the account may use the region.
func (r *Region) Enabled() bool { return r.OptIn != NotOptedIn }

// Len is the number of instances.
func (r *Region) Len() int {
	if r.lazy != nil {
		return r.lazy.n
	}
	r.mu.RLock()
	defer r.mu.RUnlock()
	return len(r.list)
}

// Instance returns instance i as it is set now. Its slices are shared and
// must not be changed.
func (r *Region) Instance(i int) Instance {
	if r.lazy != nil {
		return r.large(i)
	}
	r.mu.RLock()
	defer r.mu.RUnlock()
	return r.list[i]
}

// Large says that the region is made instance by instance, and how often its
// instances were changed since.
func (r *Region) Large() (changes int, large bool) {
	r.mu.RLock()
	defer r.mu.RUnlock()
	return r.changes, r.lazy != nil
}

// Find returns the position of an instance, -1 if there is none of that id.
func (r *Region) Find(id string) int {
	if r.lazy != nil {
		return r.lazy.find(id)
	}
	r.mu.RLock()
	defer r.mu.RUnlock()
	return slices.IndexFunc(r.list, func(i Instance) bool { return i.ID == id })
}

// Defaults returns what new instances of the region get, as it is set now.
func (r *Region) Defaults() Defaults {
	r.mu.RLock()
	defer r.mu.RUnlock()
	return r.defaults
}

// SetDefaults changes what new instances get. The answers in Want stay those
// of the estate as it was made.
func (r *Region) SetDefaults(change func(*Defaults)) {
	r.mu.Lock()
	defer r.mu.Unlock()
	change(&r.defaults)
}

// SetOptions changes the metadata options of instance i and returns them. The
// answers in Want stay those of the estate as it was made.
func (r *Region) SetOptions(i int, change func(*Options)) Options {
	if r.lazy != nil {
		return r.setLarge(i, change)
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	o := Options{State: "applied", Tokens: "optional", Endpoint: "enabled", IPv6: "disabled", Tags: "disabled", HopLimit: 1}
	if r.list[i].Options != nil {
		o = *r.list[i].Options
	}
	change(&o)
	r.list[i].Options = &o
	return o
}

// Start starts instance i at a time, as one that was stopped is. A region that
// is made instance by instance has none that can be.
func (r *Region) Start(i int, at time.Time) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.list[i].State, r.list[i].Launched = "running", at
}

// Refused says that nobody may call the action in the region.
func (r *Region) Refused(action string) bool { return slices.Contains(r.Refuses, action) }

// Together says that instances i and j were launched by one reservation.
func (r *Region) Together(i, j int) bool {
	if r.lazy != nil {
		return i == j
	}
	r.mu.RLock()
	defer r.mu.RUnlock()
	return r.list[i].Reservation == r.list[j].Reservation
}

func (r *Region) expect(e *Estate, out []Expectation) []Expectation {
	for rule, want := range r.Want {
		out = append(out, Expectation{rule, e.RegionUID(r.Account, r.Name), want})
	}
	if !r.Enabled() || r.Refused(DescribeInstances) {
		return out
	}
	for i := range r.Len() {
		in := r.Instance(i)
		uid := e.InstanceUID(r.Account, r.Name, in.ID)
		for rule, want := range in.Want {
			out = append(out, Expectation{rule, uid, want})
		}
	}
	return out
}

// Storage is how the region treats disks and what is made of them, as it is
// set now.
func (r *Region) Storage() Storage {
	r.mu.RLock()
	defer r.mu.RUnlock()
	if r.storage != nil {
		return *r.storage
	}
	return r.Net.Storage
}

// SetStorage changes it.
func (r *Region) SetStorage(change func(*Storage)) {
	now := r.Storage()
	change(&now)
	r.mu.Lock()
	defer r.mu.Unlock()
	r.storage = &now
}
