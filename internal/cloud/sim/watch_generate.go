package sim

import "slices"

// furnish gives an instance what stands beside it: an identity, user data, a
// history of use and somebody who cares, case by case by its number.
func (i *Instance) furnish(n int, r *Region, grants []grant) {
	g := grants[n%len(grants)]
	i.Power, i.Profile = g.power, g.profile
	i.UserData = userDataCases[n%len(userDataCases)].Name
	i.Usage = usageCases[n%len(usageCases)].Name
	i.Care = careCases[n%len(careCases)].Name
	if len(r.fleet.Images) > 0 {
		i.Image = r.fleet.Images[n%4].ImageId
	}
}

// UsageNamed finds a case by name; there must be one.
func UsageNamed(name string) *UsageCase {
	for n := range usageCases {
		if usageCases[n].Name == name {
			return &usageCases[n]
		}
	}
	panic("no such case of usage: " + name)
}

// CareNamed finds a case by name; there must be one.
func CareNamed(name string) *CareCase {
	for n := range careCases {
		if careCases[n].Name == name {
			return &careCases[n]
		}
	}
	for n := range silentCare {
		if silentCare[n].Name == name {
			return &silentCare[n]
		}
	}
	panic("no such case of care: " + name)
}

func trailCaseNamed(name string) TrailCase {
	for _, c := range trailCases {
		if c.Name == name {
			return c
		}
	}
	panic("no such case of trails: " + name)
}

// follow gives an account the trails of a case. They are at home in its first
// enabled region.
func (a *Account) follow(c TrailCase) {
	a.TrailCase, a.Trails = c.Name, slices.Clone(c.Trails)
	for n := range a.Trails {
		for _, r := range slices.Backward(a.Regions) {
			if r.Enabled() {
				a.Trails[n].Home = r.Name
			}
		}
	}
	a.book = &trailBook{list: a.Trails}
}

// clusters puts instances that serve containers into a cluster of ECS.
func (r *Region) clusters(every int) {
	var c Cluster
	for n := range r.list {
		if i := &r.list[n]; n%every == 3 && i.State == "running" {
			c.Instances = append(c.Instances, ContainerInstance{ID: "ci" + i.ID[2:] + "0000000000000", Instance: i.ID, Status: "ACTIVE", Connected: true})
		}
	}
	c.Name = "services"
	r.watch.Clusters = []Cluster{c, {Name: "empty"}}
}

// A UsageExpectation is how often an instance was truly asked without a token:
// in 14 days, and refused in 24 hours. -1 cannot be known.
type UsageExpectation struct {
	UID, Case        string
	NoToken, Refused int
}

// ExpectedUsage lists it for every instance that can be seen, by uid.
func (e *Estate) ExpectedUsage() []UsageExpectation {
	var out []UsageExpectation
	e.visible(func(a *Account, r *Region, i *Instance) {
		c := UsageNamed(i.Usage)
		out = append(out, UsageExpectation{e.InstanceUID(a.ID, r.Name, i.ID), c.Name, c.Sum, c.SumRejected})
	})
	return sortedByUID(out, func(x UsageExpectation) string { return x.UID })
}

// A CareExpectation is what is truly known of an instance's upkeep.
type CareExpectation struct {
	UID, Case     string
	Agent         string // Online, ConnectionLost, "" for none
	Compliant     string // yes, no, never: no patch was ever looked for
	Backup        string // "", instance, volume
	ContainerHost bool   // a cluster of ECS uses it
}

// ExpectedCare lists it for every instance that can be seen, by uid.
func (e *Estate) ExpectedCare() []CareExpectation {
	var out []CareExpectation
	e.visible(func(a *Account, r *Region, i *Instance) {
		c := CareNamed(i.Care)
		x := CareExpectation{UID: e.InstanceUID(a.ID, r.Name, i.ID), Case: c.Name, Agent: c.Agent, Compliant: c.Compliant, Backup: c.Backup, ContainerHost: r.hostsContainers(i.ID)}
		out = append(out, x)
	})
	return sortedByUID(out, func(x CareExpectation) string { return x.UID })
}

func (r *Region) hostsContainers(instance string) (yes bool) {
	r.watch.View(func(w *Watch) {
		for _, c := range w.Clusters {
			yes = yes || slices.ContainsFunc(c.Instances, func(i ContainerInstance) bool { return i.Instance == instance })
		}
	})
	return yes
}

// A WatchExpectation is how a region is truly watched.
type WatchExpectation struct {
	UID, Case                    string
	Detector, Analyzer, Recorder bool
	MetaAlarm, ChangeAlarm       bool
}

// ExpectedWatch lists it for every region that is enabled, by uid.
func (e *Estate) ExpectedWatch() []WatchExpectation {
	var out []WatchExpectation
	for _, a := range e.Accounts {
		for _, r := range a.Regions {
			if r.Enabled() {
				c := watchCaseNamed(r.watch.Case)
				out = append(out, WatchExpectation{e.RegionUID(a.ID, r.Name), c.Name, c.Detector, c.Analyzer, c.Recorder, c.MetaAlarm, c.ChangeAlarm})
			}
		}
	}
	return sortedByUID(out, func(x WatchExpectation) string { return x.UID })
}
