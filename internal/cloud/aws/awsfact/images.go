package awsfact

import (
	"plumbline/internal/estate"
	"plumbline/internal/fact"
	"plumbline/internal/snapshot"
	"plumbline/internal/wire"
)

// A machine is a machine image, and what it asks for.
type machine struct {
	res     *snapshot.Resource
	id      string
	owned   fact.Of[bool]
	state   fact.Of[string]
	support fact.Of[string] // required, or unset
}

func (f *fleet) addImage(res *snapshot.Resource, v wire.Value) {
	id := orLast(v.Get("imageId"), res.UID)
	s := source{originOf(res)}
	m := &machine{
		res: res, id: id,
		owned:   fact.Map(s.filled(v.Get("imageOwnerId"), "/imageOwnerId"), func(owner string) bool { return owner == res.Account }),
		state:   s.filled(v.Get("imageState"), "/imageState"),
		support: s.imageSupport(v.Get("imdsSupport")),
	}
	if !v.Exists() {
		m.support = fact.Unknown[string](s.why(snapshot.Unreadable, res.UID), s.from, "")
	}
	f.images[spot{res.Region, id}] = m
	f.machines = append(f.machines, m)
}

// imageSupport reads ImdsSupport. EC2 knows one value, v2.0, and leaves the
// member out of images that do not have it (Image in the EC2 API reference).
func (s source) imageSupport(v wire.Value) fact.Of[string] {
	const path = "/imdsSupport"
	switch {
	case !v.Exists() || v.IsNull():
		return fact.Known(unset, s.from, path)
	case v.Is("v2.0"):
		return fact.Known("required", s.from, path)
	}
	return fact.Unknown[string](s.strange(v), s.from, path)
}

// images returns the account's own images, and those of others that its
// templates name.
func images(c *snapshot.Context) []estate.Object {
	f := fleetOf(c)
	used := f.imagesUsed()
	objects := make([]estate.Object, 0, len(f.machines))
	for _, m := range f.machines {
		objects = append(objects, &estate.Image{
			Subject: estate.Subject{
				Kind: estate.KindImage, Provider: Provider, Account: c.Account, Region: m.res.Region,
				UID: m.res.UID, ID: m.id, Name: m.res.Name, Parent: RegionUID(c.Account, m.res.Region),
			},
			Owned: m.owned, State: m.state, Tokens: m.support,
			InUse: m.inUse(used),
			Next:  f.next(m.res.Region, saysNothing(m), m.support, fact.Of[bool]{}),
		})
	}
	return objects
}

// inUse: that no template names an image is not that no instance runs from it,
// and instances are not looked at here.
func (m *machine) inUse(used map[spot]*fact.Origin) fact.Of[bool] {
	if from, ok := used[spot{m.res.Region, m.id}]; ok {
		return fact.Known(true, from, "")
	}
	return fact.Unknown[bool](&fact.Reason{Cause: snapshot.NotCollected, Call: CallInstances, Region: m.res.Region}, originOf(m.res), "")
}

// saysNothing is a launch that leaves everything to others.
func saysNothing(m *machine) *estate.TemplateVersion {
	from := originOf(m.res)
	return &estate.TemplateVersion{
		Tokens: fact.Known(unset, from, ""), Endpoint: fact.Known(unset, from, ""), HopLimit: fact.Known(int64(0), from, ""),
		PublicIP: fact.Known(publicSubnet, from, ""),
	}
}

// imagesUsed finds what versions, configurations and groups name.
func (f *fleet) imagesUsed() map[spot]*fact.Origin {
	used := map[spot]*fact.Origin{}
	note := func(region string, image fact.Of[string]) {
		if id, known := image.Get(); known && id != "" {
			used[spot{region, id}] = image.From()
		}
	}
	for _, t := range f.templates {
		for _, v := range t.seen {
			note(t.res.Region, v.image)
		}
	}
	for _, l := range f.configs {
		note(l.res.Region, l.image)
	}
	for _, g := range f.groups {
		for i := range g.launches {
			note(g.res.Region, g.launches[i].image)
		}
	}
	return used
}
