package export

import "plumbline/internal/estate"

// A jsonBecome is a trusted profile that a workload may become, and what lets it.
type jsonBecome struct {
	UID       string  `json:"uid"`
	Name      string  `json:"name"`
	Mechanism string  `json:"mechanism"`
	By        string  `json:"by"`
	Power     *string `json:"power"`
	AtLeast   *string `json:"at_least"`

	Unknown *jsonReason `json:"unknown,omitempty"` // why power is not known
}

// choose adds what there is to choose from.
func (j *jsonIdentity) choose(un map[string]jsonReason, i *estate.Identity) {
	j.Count, j.Default, j.Stale = value(un, "identity.count", i.Count), value(un, "identity.default", i.Default), value(un, "identity.stale", i.Stale)
	for _, b := range i.Profiles.Items() {
		x := jsonBecome{UID: b.Principal, Name: b.Name, Mechanism: b.Mechanism, By: b.By}
		if word, known := b.Power.Get(); known {
			x.Power = &word
		} else {
			why := reasonJSON(b.Power.Why())
			x.Unknown = &why
		}
		if word, known := b.AtLeast.Get(); known {
			x.AtLeast = &word
		}
		j.Profiles = append(j.Profiles, x)
	}
	gaps(un, "identity.profiles", i.Profiles)
}
